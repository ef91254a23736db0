// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.kernel.api.NodeId;

/**
 * One blob on its way here. A piece is in exactly one of these states: needed (in {@link #need}),
 * asked for (in {@link #requests}, or in {@link #coding} as part of its group), being checked
 * ({@link #checking}), or kept ({@link #have}); what is kept is {@link #checked} against the map in
 * use or not yet.
 */
final class Transfer {
    enum Store {
        CLOSED,
        OPENING,
        OPEN
    }

    enum Upstream {
        IDLE,
        RUNNING,
        /** It has no such blob, or refuses: not to be tried again. */
        DEAD
    }

    final Digest digest;
    final long number;
    final boolean helped;

    /** Nobody waits for it: it yields to those that somebody waits for. */
    boolean background;

    /** Who asked for it first, where it is fetched for members. */
    @Nullable NodeId helpedFor;

    /** Somebody on this node waits for it, so this node's credentials may be used. */
    boolean wantedHere;

    /** The last read from upstream was for other members only. */
    boolean upstreamForMembers;

    final long startedNanos;
    final Map<NodeId, Source> sources = new LinkedHashMap<>();
    final Map<Integer, List<Request>> requests = new LinkedHashMap<>();
    final MapChoice maps;
    final Ownership ownership;

    Optional<UpstreamRef> upstream;
    long sizeBytes;

    /** The members whose word for the size is taken; empty when we know it ourselves. */
    @Nullable NodeId sizeFrom;

    Store store = Store.CLOSED;
    BitSet have = new BitSet();
    BitSet checked = new BitSet();
    final BitSet checking = new BitSet();
    final BitSet rechecking = new BitSet();

    /** Of those in {@link #checking}, what this node has read from upstream and is writing. */
    final Map<Integer, Ranges.Read> writing = new LinkedHashMap<>();

    /** Groups that are fetched as symbols, and their pieces until they are being decoded. */
    final Map<Integer, CodedGroup> coded = new LinkedHashMap<>();

    final BitSet coding = new BitSet();

    /** Groups that coding did not bring: by pieces from now on. */
    final BitSet plain = new BitSet();

    /** Being checked against a map that is not in use any more. */
    final BitSet outdated = new BitSet();

    BitSet need = new BitSet();
    short[] holders = new short[0];

    /** Pieces go by the word of those who read them, until the digest is checked. */
    boolean fast;

    final PieceClaims claims = new PieceClaims();

    /** Kept pieces that match the claim in use, and may be given as such. */
    final BitSet vouched = new BitSet();

    /** Pieces read here that wait for a signature. */
    final List<Integer> unsigned = new ArrayList<>();

    long signedNanos = Long.MIN_VALUE;

    /** The upstream as a source, while it is one. */
    @Nullable Source registry;

    /** Claims contradicted each other, and this node cannot tell. */
    boolean byMapOnly;

    /** It cannot be read by ranges, or not without credentials. */
    boolean noRanges;

    int rangeTries;

    /** So many pieces from the beginning may go to clients. */
    int readablePieces;

    Upstream upstreamState = Upstream.IDLE;
    int upstreamTries;
    int upstreamPieces;
    long upstreamRetryNanos = Long.MIN_VALUE;
    @Nullable NodeId waitingFor;
    long waitingUntilNanos;

    /** An origin that serves the upstream: the others wait for it. */
    boolean intends;

    boolean confined;
    boolean oldPieces;
    boolean verifying;
    boolean completing;
    boolean resetWanted;
    int resets;
    int readable;
    String lastTrouble = "";

    long answersDueNanos;
    long searchUntilNanos = Long.MIN_VALUE;

    /** Since when, from how many pieces on, the pace is measured; whether it was too slow last. */
    long paceNanos;

    int paceHave;
    boolean crawls;

    long progressNanos;
    long usefulNanos;
    boolean helping;

    /** Pieces under way from afar to members of this LAN. */
    final Map<Integer, Takes.Take> takes = new LinkedHashMap<>();

    /** Neighbours want it too, or did: they offer what is lacking here. */
    boolean shared;

    /** Pieces that some neighbour has. */
    BitSet near = new BitSet();

    /** Neighbours whose offers were declined for want of room. */
    final Set<NodeId> declined = new LinkedHashSet<>();

    /** Since when neighbours can offer pieces. */
    long sharedNanos;

    /** When somebody in this LAN last took a piece. */
    long takenNanos;

    /** Sent what differs from the map in use, and may be right, or may not have known. */
    final Set<NodeId> doubted = new LinkedHashSet<>();

    int duplicates;
    long planAskedNanos = Long.MIN_VALUE;
    boolean planStale = true;
    long rosterNanos = Long.MIN_VALUE;
    boolean rosterStale = true;
    final long selfRank;
    final List<Integer> news = new ArrayList<>();

    Transfer(
            NodeId self,
            Digest digest,
            long number,
            long sizeBytes,
            Optional<UpstreamRef> upstream,
            boolean helped,
            long nowNanos) {
        this.digest = digest;
        this.selfRank = Ownership.rank(digest, self);
        this.number = number;
        this.sizeBytes = sizeBytes;
        this.upstream = upstream;
        this.helped = helped;
        this.startedNanos = nowNanos;
        this.progressNanos = nowNanos;
        this.paceNanos = nowNanos;
        this.usefulNanos = nowNanos;
        this.takenNanos = nowNanos;
        this.sharedNanos = nowNanos;
        this.maps = new MapChoice(digest);
        this.ownership = new Ownership(digest);
    }

    int pieces() {
        return sizeBytes < 0 ? -1 : Pieces.count(sizeBytes);
    }

    /** Takes a holder's word for the size, an origin's first, while nobody better told. */
    void learnSize(long nowNanos) {
        if (sizeBytes >= 0) {
            return;
        }
        Source best = null;
        for (Source s : sources.values()) {
            if (s.holds(nowNanos)
                    && s.sizeBytes >= 0
                    && (best == null || (s.peer.origin && !best.peer.origin))) {
                best = s;
            }
        }
        if (best != null) {
            sizeBytes = best.sizeBytes;
            sizeFrom = best.peer.id;
        }
    }

    /** Bytes in each piece but the last; of one of which the size is not known, the most. */
    int pieceBytes() {
        return sizeBytes < 0 ? Pieces.MAX_PIECE_BYTES : Pieces.bytes(sizeBytes);
    }

    int length(int piece) {
        return Pieces.length(sizeBytes, piece);
    }

    boolean all() {
        return store == Store.OPEN && have.cardinality() == pieces();
    }

    boolean started() {
        return !have.isEmpty() || !requests.isEmpty() || !coding.isEmpty() || !checking.isEmpty();
    }

    /** Pieces that may be given to others: checked against a trusted map, or by their claims. */
    BitSet given() {
        return maps.trusted() ? checked : vouched;
    }

    /** Whether there are any, or will be. */
    boolean gives() {
        return !confined && (maps.trusted() || fast);
    }

    boolean offers() {
        return gives() && !given().isEmpty();
    }

    boolean offers(int piece) {
        return gives() && given().get(piece);
    }

    /** Whether pieces may come by claims: none is trusted, and clients read nothing else along. */
    boolean claimable() {
        return !maps.trusted()
                && upstreamState != Upstream.RUNNING
                && !confined
                && !byMapOnly
                && readable != 1;
    }

    /** The hash to check a piece against; null while there is none. */
    byte @Nullable [] leaf(int piece) {
        if (fast && !maps.trusted()) {
            return claims.hash(piece);
        }
        return maps.map() == null ? null : maps.leaf(piece);
    }

    /** Whether a member may be asked for a piece: it can be checked. */
    boolean askable(int piece) {
        return !fast || maps.trusted() || claims.known(piece);
    }

    /** A map is trusted: pieces that were checked by the same hash are checked. */
    void adopt() {
        for (int p = vouched.nextSetBit(0); p >= 0; p = vouched.nextSetBit(p + 1)) {
            if (have.get(p) && Arrays.equals(claims.hash(p), maps.leaf(p))) {
                checked.set(p);
            }
        }
    }

    /** Begins with what the store has; nothing of it is checked yet. */
    void opened(BitSet kept) {
        int n = pieces();
        have = (BitSet) kept.clone();
        have.clear(n, Math.max(n, have.length()));
        checked = new BitSet();
        need = new BitSet(n);
        need.set(0, n);
        need.andNot(have);
        need.andNot(checking);
        need.andNot(coding);
        requests.keySet().forEach(need::clear);
        oldPieces = !have.isEmpty();
        if (holders.length != n) {
            holders = new short[n <= 1 << 20 ? n : 0];
            for (Source s : sources.values()) {
                if (!s.complete()) {
                    s.pieces.clear(n, Math.max(n, s.pieces.length()));
                    s.pieces.stream().forEach(p -> holder(p, 1));
                }
            }
        }
        store = Store.OPEN;
    }

    void holder(int piece, int change) {
        if (piece < holders.length) {
            holders[piece] = (short) Math.clamp(holders[piece] + change, 0, Short.MAX_VALUE);
        }
    }

    int rarity(int piece) {
        return piece < holders.length ? holders[piece] : 0;
    }

    /** A piece is nowhere now: it must be asked for again. */
    void missing(int piece) {
        boolean comes = checking.get(piece) || coding.get(piece) || requests.containsKey(piece);
        if (!have.get(piece) && !comes) {
            need.set(piece);
        }
    }

    boolean needsRecheck() {
        boolean byOneWord = upstreamState != Upstream.RUNNING && !all() && !maps.disputed();
        return maps.trusted() || (!fast && byOneWord);
    }

    /** Kept pieces that are not checked against the map in use. */
    BitSet unsure() {
        BitSet unsure = (BitSet) have.clone();
        unsure.andNot(checked);
        return unsure;
    }

    /** Whether this node will fetch it from upstream as soon as it knows that nobody has it. */
    boolean fetchesUpstream() {
        return upstreamState == Upstream.RUNNING || (intends && upstreamTries == 0);
    }

    String state() {
        if (verifying || completing) {
            return "checking";
        }
        return started() || upstreamState == Upstream.RUNNING ? "fetching" : "waiting";
    }
}
