// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/**
 * How many answers to send at once: on a slow way out one, so that it is there soon and can be
 * passed on; on a fast one as many as leave within {@link #TARGET_NANOS}. An answer that takes much
 * longer than the way out needs waits for its receiver, and does not count.
 */
final class Uplink {
    private static final long TARGET_NANOS = 40 * Time.MILLI;
    private static final int START = 4;
    private static final int LEAST = 4;
    private static final int MOST = 64;
    private static final long SHORTEST_STALL = Time.SECOND / 10;
    private static final long UNKNOWN_STALL = Time.SECOND / 2;

    /** Whoever holds all places by reading slowly holds the others up no longer. */
    private static final long LONGEST_STALL = Time.SECOND;

    private static final long MIB = 1 << 20;

    /** Time for a mebibyte, while there is something to send. */
    private long mebibyteNanos;

    /** In the pieces of the blob that was sent of last. */
    private int pieceBytes;

    private long lastNanos = Long.MIN_VALUE;
    private long waitingSince;

    /** An answer that began at {@code begunNanos} has left, in pieces of that length. */
    void left(long bytes, int pieceBytes, long begunNanos, long now) {
        if (lastNanos != Long.MIN_VALUE && bytes > 0) {
            long since = now - Math.max(lastNanos, begunNanos);
            long sample = since * MIB / bytes;
            mebibyteNanos = mebibyteNanos == 0 ? sample : (7 * mebibyteNanos + sample) / 8;
        }
        this.pieceBytes = pieceBytes;
        lastNanos = now;
        waitingSince = now;
    }

    /** An answer begins, after a while without any. */
    void begins(long now) {
        waitingSince = now;
    }

    /** Time for a piece while there is something to send; 0 while unknown. */
    long pieceNanos() {
        return nanos(pieceBytes);
    }

    /** Time for so many bytes while there is something to send; 0 while unknown. */
    long nanos(long bytes) {
        return mebibyteNanos * bytes / MIB;
    }

    /** Answers under way at once; twice as many for each while in which none left. */
    int slots(long now) {
        long pieceNanos = pieceNanos();
        int slots =
                pieceNanos == 0 ? START : Math.clamp(LEAST + TARGET_NANOS / pieceNanos, 1, MOST);
        long stall =
                pieceNanos == 0
                        ? UNKNOWN_STALL
                        : Math.clamp(4L * slots * pieceNanos, SHORTEST_STALL, LONGEST_STALL);
        return Math.min(MOST, slots << Math.min(6, (now - waitingSince) / stall));
    }
}
