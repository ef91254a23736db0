// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.wire.Holding;

/**
 * Who fetches from upstream when no member has the blob: one node of those that want it, so that
 * one copy comes over the WAN. An origin that serves the upstream comes first, then rank. A node
 * that gives no sign of life for a while is passed over; two at once cost a copy, never
 * correctness.
 */
final class WholeFetch {
    private static final long SIGN_NANOS = 3 * Time.SECOND;
    private static final long PASSED_NANOS = 30 * Time.SECOND;
    private static final long LONGEST_ANSWER_NANOS = Time.SECOND / 4;
    private static final long UNKNOWN_ANSWER_NANOS = Time.SECOND / 10;
    private static final long LONGEST_SILENCE_NANOS = 2 * Time.SECOND;

    /**
     * After a member was lost, where there is an upstream to go on with: a swapped channel is back
     * by then, and asking the upstream for nothing costs little.
     */
    private static final long LOST_NANOS = 2 * Time.SECOND / 5;

    private static final long SOURCE_WAIT_NANOS = 10 * Time.SECOND;

    /** Less than that in so long, 200 kB/s, and holders are too slow to wait for. */
    private static final long PACE_NANOS = 10 * Time.SECOND;

    private static final int PACE_PIECES = 8;

    private static final int MAX_TRIES = 6;

    private final Core core;
    private final Ranges ranges;

    /** Ends a transfer without the blob. */
    interface Ending {
        void fail(Transfer t, String reason, boolean never);

        void upstreamStarted(Transfer t);

        void rangesBegin(Transfer t);
    }

    WholeFetch(Core core, Ranges ranges) {
        this.core = core;
        this.ranges = ranges;
    }

    /** How long to wait for the answers of the members asked now. */
    long answerNanos() {
        long longest = 0;
        for (Peer peer : core.peers.values()) {
            long wait =
                    peer.rttNanos == 0 ? UNKNOWN_ANSWER_NANOS : 2 * peer.rttNanos + 20 * Time.MILLI;
            longest = Math.max(longest, wait);
        }
        return Math.min(longest, LONGEST_ANSWER_NANOS);
    }

    /**
     * WholeFetch the upstream when it is this node's turn, or gives up when there is no way left.
     */
    void step(Transfer t, Ending ending) {
        if (t.verifying || t.completing || t.resetWanted || t.all()) {
            return;
        }
        if (t.upstreamState == Transfer.Upstream.RUNNING) {
            yieldToBetter(t);
            return;
        }
        if (fed(t) || !answered(t) || waitForFetcher(t) || mayReturn(t) || searched(t)) {
            return;
        }
        if (t.registry != null) {
            return; // it brings what is missing, or is given up
        }
        if (ranges.possible(t)) {
            ranges.attach(t);
            ending.rangesBegin(t);
        } else if (t.upstream.isEmpty() || t.upstreamState == Transfer.Upstream.DEAD) {
            hopeless(t, ending);
        } else if (t.upstreamTries >= MAX_TRIES) {
            ending.fail(t, "the upstream failed " + MAX_TRIES + " times: " + t.lastTrouble, false);
        } else if (core.now >= t.upstreamRetryNanos && myTurn(t)) {
            start(t, ending);
        }
    }

    /** Whether members that have it all bring so little that upstream is to help. */
    private boolean crawls(Transfer t) {
        if (core.now - t.paceNanos >= PACE_NANOS) {
            int have = t.have.cardinality();
            t.crawls = have - t.paceHave < PACE_PIECES;
            t.paceHave = have;
            t.paceNanos = core.now;
        }
        return t.crawls;
    }

    /** Whether members bring what is missing, or will. */
    private boolean fed(Transfer t) {
        if (t.maps.disputed() && upstreamLeft(t)) {
            return false;
        }
        if (t.readable == 1 && t.maps.map() != null && !t.maps.trusted()) {
            return false;
        }
        boolean busy =
                !t.requests.isEmpty()
                        || !t.coded.isEmpty()
                        || !t.checking.isEmpty()
                        || !t.rechecking.isEmpty();
        if (busy && (t.registry != null || !t.fast)) {
            return true;
        }
        boolean crawls = crawls(t);
        boolean partial = false;
        boolean possible = ranges.possible(t);
        boolean upstream = possible && t.registry == null && !t.maps.trusted();
        for (Source s : t.sources.values()) {
            if (!s.upstream && s.holds(core.now)) {
                if (s.complete() && (!possible || (!crawls && s.brings(core.now)))) {
                    return true;
                }
                upstream |= s.complete();
                partial = true;
            }
        }
        // What others hold in part they read themselves: this node does its share.
        return partial && !upstream && core.now - t.progressNanos < silenceNanos(t);
    }

    /** Whether to wait for somebody who was lost, and may have been the one who has it. */
    private boolean mayReturn(Transfer t) {
        return upstreamLeft(t) ? core.lost(LOST_NANOS) : core.awaitsReturn();
    }

    /** How long those who hold a part may bring nothing before more is done than to wait. */
    private long silenceNanos(Transfer t) {
        if (!upstreamLeft(t) || !core.awaitsReturn()) {
            return LONGEST_SILENCE_NANOS;
        }
        for (Source s : t.sources.values()) {
            if (!s.upstream && s.holds(core.now) && hasMore(s, t)) {
                return LONGEST_SILENCE_NANOS;
            }
        }
        return LOST_NANOS; // somebody is gone, and nobody left has what is missing
    }

    private static boolean hasMore(Source s, Transfer t) {
        BitSet more = (BitSet) s.pieces.clone();
        more.andNot(t.have);
        return !more.isEmpty();
    }

    private static boolean upstreamLeft(Transfer t) {
        return t.upstream.isPresent()
                && t.upstreamState != Transfer.Upstream.DEAD
                && t.upstreamTries < MAX_TRIES;
    }

    private boolean answered(Transfer t) {
        if (core.now >= t.answersDueNanos) {
            return true;
        }
        for (Source s : t.sources.values()) {
            if (!s.answered) {
                return false;
            }
        }
        return true;
    }

    private boolean searched(Transfer t) {
        return core.now < t.searchUntilNanos;
    }

    private boolean waitForFetcher(Transfer t) {
        boolean iServe = t.upstream.isPresent() && core.servesUpstream.test(t.upstream.get());
        for (Source s : t.sources.values()) {
            if (s.holding != Holding.FETCHING || s.peer.banned || core.now < s.passedUntilNanos) {
                continue;
            }
            if (iServe && !before(t, s, true)) {
                continue;
            }
            long longest = 30 * Time.SECOND + Math.max(0, t.sizeBytes) * 1000;
            if (core.now - s.signNanos > SIGN_NANOS || core.now - s.fetchingSinceNanos > longest) {
                s.passedUntilNanos = core.now + PASSED_NANOS;
                continue;
            }
            return true;
        }
        return false;
    }

    private boolean myTurn(Transfer t) {
        if (core.servesUpstream.test(t.upstream.orElseThrow())) {
            return true;
        }
        @Nullable Source first = null;
        long best = t.selfRank;
        for (Source s : t.sources.values()) {
            if (s.wants(core.now)
                    && s.hasUpstream
                    && s.holding == Holding.NONE
                    && core.now >= s.passedUntilNanos
                    && Long.compareUnsigned(s.rank, best) > 0) {
                first = s;
                best = s.rank;
            }
        }
        if (first == null) {
            return true;
        }
        if (!first.peer.id.equals(t.waitingFor)) {
            t.waitingFor = first.peer.id;
            t.waitingUntilNanos = core.now + Time.SECOND / 2 + 2 * first.peer.rttNanos;
        } else if (core.now >= t.waitingUntilNanos) {
            first.passedUntilNanos = core.now + PASSED_NANOS;
            t.waitingFor = null;
        }
        return false;
    }

    private void start(Transfer t, Ending ending) {
        t.upstreamState = Transfer.Upstream.RUNNING;
        t.upstreamPieces = 0;
        t.fast = false;
        t.oldPieces |= !t.have.isEmpty();
        t.waitingFor = null;
        t.upstreamForMembers = !t.wantedHere;
        core.act(
                new Action.StartUpstream(t.digest, t.upstream.orElseThrow(), t.upstreamForMembers));
        ending.upstreamStarted(t);
    }

    /** Two fetch at once and neither has a piece yet: the one behind in rank stops. */
    private void yieldToBetter(Transfer t) {
        if (t.upstreamPieces > 0 || t.confined) {
            return;
        }
        boolean iServe = core.servesUpstream.test(t.upstream.orElseThrow());
        for (Source s : t.sources.values()) {
            boolean fetches =
                    s.holding == Holding.FETCHING
                            && !s.peer.banned
                            && core.now >= s.passedUntilNanos
                            && core.now - s.signNanos < SIGN_NANOS;
            if (fetches && before(t, s, iServe)) {
                t.upstreamState = Transfer.Upstream.IDLE;
                core.act(new Action.StopUpstream(t.digest));
                return;
            }
        }
    }

    private static boolean before(Transfer t, Source other, boolean iServe) {
        if (other.peer.origin != iServe) {
            return other.peer.origin;
        }
        return Long.compareUnsigned(other.rank, t.selfRank) > 0;
    }

    /** No upstream and nobody who brings it. */
    private void hopeless(Transfer t, Ending ending) {
        boolean excluded =
                t.sources.values().stream().anyMatch(s -> core.now < s.excludedUntilNanos);
        if (t.started() || excluded || t.resets > 0) {
            if (core.now - t.progressNanos > SOURCE_WAIT_NANOS) {
                ending.fail(t, "no source is left; " + missing(t), false);
            }
            return;
        }
        boolean dead = t.upstreamState == Transfer.Upstream.DEAD;
        boolean silent = t.sources.values().stream().anyMatch(s -> !s.answered && !s.peer.banned);
        if (silent && core.now - t.startedNanos < SIGN_NANOS) {
            return; // one that is slow to answer, and will be asked again, may have it
        }
        if (silent && !dead) {
            ending.fail(t, "no member says that it has it, and not all have answered", false);
        } else if (core.peers.isEmpty() && !dead) {
            ending.fail(t, "no member is connected and no upstream is known", false);
        } else {
            ending.fail(
                    t, dead ? t.lastTrouble : "no member has it and no upstream is known", true);
        }
    }

    private static String missing(Transfer t) {
        return (t.pieces() - t.have.cardinality()) + " of " + t.pieces() + " pieces are missing";
    }

    /** What was refused to the other members may be given to this node, with its credentials. */
    void wanted(Transfer t, boolean here) {
        if (!here || t.wantedHere) {
            return;
        }
        t.wantedHere = true;
        if (t.upstreamState == Transfer.Upstream.DEAD && t.upstreamForMembers) {
            t.upstreamState = Transfer.Upstream.IDLE;
        }
    }

    /** The upstream broke off: later again, or never. */
    void failed(Transfer t, String reason, boolean never) {
        t.lastTrouble = reason;
        boolean dead = never && !(t.upstreamForMembers && t.wantedHere);
        t.upstreamState = dead ? Transfer.Upstream.DEAD : Transfer.Upstream.IDLE;
        t.upstreamTries++;
        t.upstreamRetryNanos =
                core.now + Math.min(8 * Time.SECOND, (Time.SECOND / 4) << t.upstreamTries);
    }
}
