// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import org.jspecify.annotations.Nullable;

/**
 * Whether a member of which clearly more gets lost than of the best one is asked as that one is.
 * Where the way to this node is full, each byte of such a member keeps one of a better one from
 * coming; where it is not, what arrives of it comes on top. Delays do not tell which it is: queues
 * are served in turn, or are the better one's own. So it is tried: such a member is left aside for
 * a moment, and stays so where more comes in without it; now and then it is asked again, to see
 * whether that is still so. One frame at a time is asked of it all the while, which shows when it
 * loses less. See {@code docs/decisions/0021}.
 */
final class Yielding {
    private static final long LOOK_NANOS = 200 * Time.MILLI;

    /** What was under way comes for about so long yet, and a round trip. */
    private static final long SETTLE_NANOS = 100 * Time.MILLI;

    private static final long TRIAL_NANOS = 150 * Time.MILLI;
    private static final long FIRST_AGAIN_NANOS = 5 * Time.SECOND;
    private static final long LAST_AGAIN_NANOS = 60 * Time.SECOND;

    /** So many times what came before must come, for a change to be kept. */
    private static final double GAIN = 1.02;

    /** Where so much less comes, a third of a trial is enough; or what was found holds no more. */
    private static final double DROP = 0.8;

    /** What comes grows by itself beyond that, as when a pull begins. */
    private static final double STEADY = 1.1;

    /** A trial takes about so many seconds: what is left must take longer. */
    private static final double LEFT = 0.5;

    private final Core core;
    private final Trial trial = new Trial();
    private long lookedNanos = Long.MIN_VALUE;
    private long lookedBytes;
    private double lastRate;

    /** What was found of a member. */
    static final class State {
        /** It is left aside, for better ones. */
        boolean yields;

        private long againNanos = Long.MIN_VALUE;
        private long againEachNanos;

        /** What came in of all when that was found, bytes per second. */
        private double rate;

        /** In the look that goes on: whether it has something, and is worse than others. */
        private boolean compared;

        private boolean worse;
    }

    /** One member is asked, or left aside, other than before, to see what comes of it. */
    private static final class Trial {
        private @Nullable Peer peer;
        private double before;
        private long begunNanos;
        private boolean settled;
    }

    Yielding(Core core) {
        this.core = core;
    }

    /** Whether a source has been asked for enough, since better ones have what it has. */
    boolean avoids(Transfer t, Source s) {
        return s.peer.yielding.yields && s.peer.inflightBytes > 0 && worse(t, s, best(t));
    }

    /** To be called now and then. */
    void tick() {
        if (trial.peer != null) {
            goOn(trial.peer);
        } else if (lookedNanos == Long.MIN_VALUE) {
            mark();
        } else if (core.now - lookedNanos >= LOOK_NANOS) {
            look(rate());
            mark();
        }
    }

    private void mark() {
        lookedNanos = core.now;
        lookedBytes = core.inBytes;
    }

    /** Bytes per second since the last mark. */
    private double rate() {
        return (double) (core.inBytes - lookedBytes) * Time.SECOND / (core.now - lookedNanos);
    }

    private void look(double rate) {
        boolean steady = rate < STEADY * lastRate;
        lastRate = rate;
        Peer next = null;
        double least = 1;
        for (Transfer t : core.transfers.values()) {
            if (t.need.isEmpty()) {
                continue;
            }
            double best = best(t);
            boolean goesOn = (double) t.need.cardinality() * t.pieceBytes() > LEFT * rate;
            for (Source s : t.sources.values()) {
                if (!s.peer.lossy || !s.peer.loss.someSeen() || !s.holds(core.now)) {
                    continue;
                }
                double arrives = arrives(t, s.peer);
                boolean worse = worse(t, s, best);
                s.peer.yielding.compared = true;
                s.peer.yielding.worse |= worse;
                if (worse && goesOn && steady && arrives < least && due(s.peer, rate)) {
                    least = arrives;
                    next = s.peer;
                }
            }
        }
        core.peers.values().forEach(this::recover);
        if (next != null) {
            trial.peer = next;
            trial.before = rate;
            trial.begunNanos = core.now;
            trial.settled = false;
            next.yielding.yields ^= true;
        }
    }

    private boolean due(Peer peer, double rate) {
        State state = peer.yielding;
        boolean asked = state.yields || peer.inflightBytes > 0;
        boolean fell = state.yields && rate < DROP * state.rate;
        return asked && (fell || core.now >= state.againNanos);
    }

    /** Who is as good as the others now is asked as they are, and tried anew when it is worse. */
    private void recover(Peer peer) {
        State state = peer.yielding;
        if (state.yields && state.compared && !state.worse) {
            state.yields = false;
            state.againNanos = core.now;
        }
        state.compared = false;
        state.worse = false;
    }

    private void goOn(Peer peer) {
        boolean busy = worse(peer);
        if (busy && !trial.settled) {
            long settle = Math.max(SETTLE_NANOS + peer.rttNanos, peer.loss.answerNanos() * 5 / 4);
            trial.settled = core.now - trial.begunNanos >= settle;
            mark();
            return;
        }
        long since = core.now - lookedNanos;
        boolean less = since >= TRIAL_NANOS / 3 && rate() < DROP * trial.before;
        if (busy && since < TRIAL_NANOS && !less) {
            return;
        }
        double rate = since == 0 ? 0 : rate();
        boolean keep = busy && rate > GAIN * trial.before;
        State state = peer.yielding;
        state.yields ^= !keep;
        state.rate = keep ? rate : trial.before;
        state.againEachNanos =
                keep || state.againEachNanos == 0
                        ? FIRST_AGAIN_NANOS
                        : Math.min(LAST_AGAIN_NANOS, 2 * state.againEachNanos);
        state.againNanos = core.now + state.againEachNanos;
        trial.peer = null;
        mark();
    }

    /** Whether some transfer with more to ask for has clearly better sources than this member. */
    private boolean worse(Peer peer) {
        for (Transfer t : core.transfers.values()) {
            Source s = t.sources.get(peer.id);
            if (s == null || s.peer != peer || t.need.isEmpty() || !s.holds(core.now)) {
                continue;
            }
            if (worse(t, s, best(t))) {
                return true;
            }
        }
        return false;
    }

    private static boolean worse(Transfer t, Source s, double best) {
        return s.peer.lossy && Loss.clearlyLess(arrives(t, s.peer), best);
    }

    /** How much arrives of the best of those that have all of it and may be asked. */
    private double best(Transfer t) {
        double best = 0;
        for (Source s : t.sources.values()) {
            boolean all = !s.upstream && s.complete() && s.holds(core.now);
            if (all && s.peer.usable(core.now) && !s.peer.isolated) {
                best = Math.max(best, arrives(t, s.peer));
            }
        }
        return best;
    }

    /** The share of its symbols that arrive, 0 to 1. */
    private static double arrives(Transfer t, Peer peer) {
        return peer.lossy ? peer.loss.arrives(t.pieceBytes() / Coding.SYMBOLS) : 1;
    }
}
