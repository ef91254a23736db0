// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * A connected member as the swarm sees it: how near, how fast, how much is asked of it. The window
 * grows while pieces come back sooner than {@link #TARGET_NANOS} and shrinks when they queue for
 * much longer, so a slow link holds two pieces and a fast one as many as keep it busy. It is in
 * bytes, since a member may send pieces of several blobs, which need not be of one length.
 */
final class Peer {
    private static final long TARGET_NANOS = 30 * Time.MILLI;
    private static final long SHORTEST_TIMEOUT_NANOS = Time.SECOND;
    private static final long LONGEST_TIMEOUT_NANOS = 15 * Time.SECOND;
    private static final long UNKNOWN_TIMEOUT_NANOS = 5 * Time.SECOND;
    private static final int START_PIECES = 2;
    private static final long SILENT_NANOS = 5 * Time.SECOND;

    /** A path that got longer is believed by this part at each measurement. */
    private static final int BASE_DRIFT = 64;

    private static final int BATCHES_PER_WINDOW = 4;
    private static final long BATCH_NANOS = 20 * Time.MILLI;

    final NodeId id;
    final boolean origin;
    final Credit credit = new Credit();

    /** Not a member but an upstream registry. */
    boolean upstream;

    /** When what is under way is late, unless some of it has come before. */
    long lateNanos;

    /** Asked for, and more may be asked for whatever the window: so that ranges follow closely. */
    int leadPieces;

    /** Frames of its channel may get lost; how many do. */
    final boolean lossy;

    final Loss loss = new Loss();
    final Yielding.State yielding = new Yielding.State();

    /** Since when nothing has come, though something was asked for. */
    long awaitedNanos = Long.MIN_VALUE;

    boolean sameLan;
    long rttNanos;
    boolean banned;
    int failures;
    long suspendedUntilNanos = Long.MIN_VALUE;
    long inflightBytes;
    long bytesPerSecond;
    int servedQueue;

    /** Bytes of its pieces that are being checked against their hashes. */
    long unjudgedBytes;

    /** It does not sign for what it gets: others go first. */
    boolean owes;

    /** A piece of its was genuine, or it is trusted for its role. */
    boolean tried;

    /** Others say that it sends false pieces: one at a time, until it is seen. */
    boolean suspect;

    /** Messages with claims by it of which the signatures are being checked. */
    int claimChecks;

    /** That it signs its claims with, DER. */
    byte @Nullable [] certificate;

    /** It has no room for more pieces until then. */
    long fullUntilNanos = Long.MIN_VALUE;

    /** It delivers far slower than others; see {@link Isolation}. */
    boolean isolated;

    int slowLooks;
    long probeNanos;
    long probeEachNanos;

    /** Which transfer asked it last. */
    int turn;

    /**
     * The round trip of the path alone. Measured ones include the queue that our own requests make;
     * a window that grew with those would make the queue grow, and so on.
     */
    long baseRttNanos;

    private final Map<String, Long> lacking = new HashMap<>();
    private long windowBytes;
    private long grown;
    private long lastArrivalNanos = Long.MIN_VALUE;

    Peer(NodeId id, Set<Role> roles, boolean sameLan, long rttMicros) {
        this(id, roles, sameLan, rttMicros, false);
    }

    Peer(NodeId id, Set<Role> roles, boolean sameLan, long rttMicros, boolean lossy) {
        this.id = id;
        this.lossy = lossy;
        this.origin = roles.contains(Role.ORIGIN);
        this.tried = origin;
        measured(sameLan, rttMicros);
    }

    void measured(boolean inSameLan, long rttMicros) {
        this.sameLan = inSameLan;
        this.rttNanos = Math.max(0, Math.min(rttMicros, 60_000_000L)) * 1000;
        if (rttNanos > 0) {
            baseRttNanos =
                    baseRttNanos == 0
                            ? rttNanos
                            : Math.min(rttNanos, baseRttNanos + baseRttNanos / BASE_DRIFT);
        }
    }

    long lastArrivalNanos() {
        return lastArrivalNanos;
    }

    /** A fellow in the LAN: bytes from it cost no WAN. */
    boolean neighbour() {
        return sameLan && !origin;
    }

    /** A member of which nothing good has come yet can waste one piece, not a window. */
    boolean oneAtATime() {
        return suspect || !tried;
    }

    /** What may turn out to be false: under way, or not checked yet. */
    long openBytes() {
        return inflightBytes + unjudgedBytes;
    }

    boolean usable(long nowNanos) {
        return !banned && nowNanos >= suspendedUntilNanos;
    }

    /**
     * Whether to ask for more pieces of that length now. Beyond half of the window only a whole
     * batch at once, or asking would go on piece by piece as pieces come (the silly window of RFC
     * 9293, 3.8.6.2).
     */
    boolean hasRoom(int pieceBytes, long planWindowBytes) {
        if (oneAtATime()) {
            return openBytes() == 0;
        }
        if (inflightBytes <= (long) leadPieces * pieceBytes) {
            return true;
        }
        long window = Math.min(window(pieceBytes), planWindowBytes);
        int pieces = 2 * inflightBytes > window ? batch(pieceBytes) : 1;
        return inflightBytes + (long) pieces * pieceBytes <= window;
    }

    private long window(int pieceBytes) {
        return Math.max(windowBytes, (long) START_PIECES * pieceBytes);
    }

    /**
     * How many pieces to ask for in one message: as many as come within {@link #BATCH_NANOS}, since
     * none of them is of use before the last. Only a window that has grown shows that for sure.
     */
    int batch(int pieceBytes) {
        if (oneAtATime()) {
            return 1;
        }
        long rate = bytesPerSecond / (Time.SECOND / BATCH_NANOS);
        long most = Math.min(rate, window(pieceBytes) / BATCHES_PER_WINDOW) / pieceBytes;
        return Math.clamp(most, 1, Pieces.GROUP_PIECES);
    }

    /** When an answer of a piece asked now is overdue. */
    long timeoutNanos(int pieceBytes) {
        if (bytesPerSecond == 0) {
            return UNKNOWN_TIMEOUT_NANOS;
        }
        return Math.clamp(
                4 * expectedNanos(pieceBytes), SHORTEST_TIMEOUT_NANOS, LONGEST_TIMEOUT_NANOS);
    }

    /** How much later than now a piece asked now is late. */
    long lateAfterNanos(int pieceBytes) {
        return Math.max(Time.SECOND / 4, 3 * expectedNanos(pieceBytes));
    }

    /**
     * Whether what was asked then is not to be awaited. Where frames may get lost, what comes shows
     * that answers only queue: while something does, it is for later answers to tell what is lost.
     */
    boolean overdue(long sentNanos, long deadlineNanos, long nowNanos) {
        return lossy
                ? nowNanos - Math.max(sentNanos, lastArrivalNanos) >= loss.lostAfterNanos()
                : nowNanos >= deadlineNanos;
    }

    /** Something is asked of it. */
    void asked(long nowNanos) {
        awaitedNanos = awaitedNanos == Long.MIN_VALUE ? nowNanos : awaitedNanos;
    }

    /** Whether so many of its frames in a row were lost that it may be gone. */
    boolean silent(long nowNanos) {
        return awaitedNanos != Long.MIN_VALUE && nowNanos - awaitedNanos >= SILENT_NANOS;
    }

    /** It has no such codec: not to be asked for it until then. */
    void lacks(String type, long untilNanos) {
        lacking.put(type, untilNanos);
    }

    boolean hasNo(String type, long nowNanos) {
        Long until = lacking.get(type);
        return until != null && nowNanos < until;
    }

    /** When a piece asked now should come. */
    long expectedNanos(int pieceBytes) {
        if (bytesPerSecond == 0) {
            return Time.SECOND / 2;
        }
        long queue = inflightBytes + pieceBytes;
        return rttNanos + queue * Time.SECOND / bytesPerSecond;
    }

    /** Bytes came, of pieces of that length, that were asked for at {@code sentNanos}. */
    void delivered(int bytes, int pieceBytes, long sentNanos, long nowNanos, long maxWindowBytes) {
        long since = nowNanos - Math.max(sentNanos, lastArrivalNanos);
        long sample = bytes * Time.SECOND / Math.max(since, 10_000);
        bytesPerSecond =
                bytesPerSecond == 0 ? Math.max(1, sample) : (3 * bytesPerSecond + sample) / 4 + 1;
        lastArrivalNanos = nowNanos;
        awaitedNanos = Long.MIN_VALUE;
        lateNanos = nowNanos + lateAfterNanos(pieceBytes);
        failures = 0;
        suspendedUntilNanos = Long.MIN_VALUE;
        long took = nowNanos - sentNanos;
        long target = Math.max(TARGET_NANOS, 4 * baseRttNanos);
        long window = window(pieceBytes);
        long full = window - (long) batch(pieceBytes) * pieceBytes;
        if (took < target && inflightBytes >= full) {
            grown += Math.max(pieceBytes, window / 4);
            if (grown >= window / 2) {
                grown = 0;
                windowBytes = Math.min(maxWindowBytes, window + pieceBytes);
            }
        } else if (took > 4 * target) {
            windowBytes = window - pieceBytes;
        }
    }

    /** A request ran into its deadline: fewer at once, and none for a while when it goes on. */
    void timedOut(long nowNanos) {
        windowBytes = 0;
        awaitedNanos = Long.MIN_VALUE;
        failures = Math.min(failures + 1, 10);
        suspendedUntilNanos = nowNanos + Math.min(16, 1L << failures) * Time.SECOND / 4;
    }

    /** It is busy: come back later. */
    void busy(long nowNanos) {
        failures = Math.min(failures + 1, 10);
        suspendedUntilNanos = nowNanos + Math.min(2000, 100L << Math.min(failures, 5)) * Time.MILLI;
    }
}
