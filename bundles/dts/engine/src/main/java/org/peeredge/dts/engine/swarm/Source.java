// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.wire.Holding;

/** What a connected member is to one blob. */
final class Source {
    private static final long WANTS_NANOS = 10 * Time.SECOND;

    final Peer peer;

    /** Not a member but the upstream registry. */
    boolean upstream;

    /** Its place among those that might fetch the blob from upstream. */
    final long rank;

    Holding holding = Holding.NONE;
    BitSet pieces = new BitSet();
    long sizeBytes = -1;

    /** Answered a WhoHas; until then we do not know. */
    boolean answered;

    /** Asked for the blob itself and named an upstream: it may be the one to fetch it. */
    boolean hasUpstream;

    long wantsUntilNanos = Long.MIN_VALUE;
    long askedNanos;
    long signNanos;
    long fetchingSinceNanos;

    /** Pieces that it took and did not bring, in a row: some, and its word does not count. */
    int idleTakes;

    long idleTakesUntilNanos = Long.MIN_VALUE;

    /** Told what it takes: from then on it is known when that began. */
    boolean takesHeard;

    /** Passed over a piece that was dealt to it: until then it is dealt none. */
    long passesUntilNanos = Long.MIN_VALUE;

    long excludedUntilNanos = Long.MIN_VALUE;
    long passedUntilNanos = Long.MIN_VALUE;

    /**
     * Pieces that it was asked for when no map was known to be true, nor signed by it: it may not
     * have known either, and a map may overtake them.
     */
    final BitSet unsure = new BitSet();

    /** Refused several pieces at once: until then it is asked for one at a time. */
    long singlyUntilNanos = Long.MIN_VALUE;

    long mapAskedNanos = Long.MIN_VALUE;
    boolean mapAwaited;
    boolean mapGiven;

    /** Since when it has pieces whose hash nobody has said. */
    long unclaimedNanos = Long.MIN_VALUE;

    /** Its first answer has come, and it was not asked for hashes since. */
    boolean firstAnswer;

    /** How many of the claims it was given since {@link #claimsSinceNanos}, and asked for more. */
    int claimsGiven;

    long claimsSinceNanos = Long.MIN_VALUE;
    boolean claimsAsked;

    int mapTries;
    int strikes;

    boolean delivered;
    int inflight;
    int weight = 1;
    int planWindowBytes = Integer.MAX_VALUE;
    boolean inView;
    boolean offPlan;
    @Nullable BitSet late;

    /** Pieces offered to it, or sent, which it has not told to have. */
    final Map<Integer, Long> covered = new LinkedHashMap<>();

    Source(Digest digest, Peer peer, long nowNanos) {
        this.rank = Ownership.rank(digest, peer.id);
        this.peer = peer;
        this.askedNanos = nowNanos;
        this.signNanos = nowNanos;
    }

    /** Whether it holds something and may be asked now or soon. */
    boolean holds(long nowNanos) {
        return (holding == Holding.COMPLETE || holding == Holding.PARTIAL)
                && nowNanos >= excludedUntilNanos
                && !peer.banned;
    }

    /** Whether what it holds comes when it is asked for, as far as one knows. */
    boolean brings(long nowNanos) {
        return holds(nowNanos) && strikes == 0 && !peer.isolated;
    }

    boolean complete() {
        return holding == Holding.COMPLETE;
    }

    boolean has(int piece) {
        return holding == Holding.COMPLETE || (holding == Holding.PARTIAL && pieces.get(piece));
    }

    boolean wants(long nowNanos) {
        return nowNanos < wantsUntilNanos && !peer.banned;
    }

    void wanting(boolean yes, long nowNanos) {
        if (yes) {
            wantsUntilNanos = nowNanos + WANTS_NANOS;
        } else {
            wantsUntilNanos = Long.MIN_VALUE;
        }
    }

    void cover(int piece, long untilNanos) {
        covered.put(piece, untilNanos);
    }

    /** Whether a piece need not be offered to it now. */
    boolean covered(int piece, long nowNanos) {
        Long until = covered.get(piece);
        return until != null && nowNanos < until;
    }

    void exclude(long nowNanos, long nanos) {
        excludedUntilNanos = nowNanos + nanos;
        strikes = 0;
    }
}
