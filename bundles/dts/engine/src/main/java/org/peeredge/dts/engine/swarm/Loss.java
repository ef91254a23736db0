// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/**
 * How likely it is that a frame from a member arrives, where its channel may lose some. Losses are
 * taken to strike each byte alike, so what was seen of frames of one length tells of another's;
 * what was seen long ago counts less and less.
 */
final class Loss {
    /** Frames after which what was seen counts by 1/e. */
    private static final double MEMORY = 64;

    /** Frames that are taken to have arrived before any was seen. */
    private static final double PRIOR = 8;

    private static final double MOST = 0.98;

    /** So many frames tell how often some are lost, and that it is not only now and then. */
    private static final int KNOWN = 512;

    /** So many frames tell it well enough to compare it with another's. */
    private static final int SOME = 32;

    /** Less than so many times another's chance is worth to care, if it is no accident. */
    private static final double CLEARLY = 0.9;

    private static final double DEVIATIONS = 4;

    /** Until an answer has come; RFC 6298 has a second, for paths across the world. */
    private static final long FIRST_NANOS = Time.SECOND / 2;

    private static final long SHORTEST_NANOS = Time.SECOND / 5;
    private static final long LONGEST_NANOS = Time.SECOND;

    private int seen;
    private long answerNanos;
    private long spreadNanos;
    private double frames = PRIOR;
    private double bytes = PRIOR * (1 << 14);
    private double lost;

    /** A frame of that many bytes came, or did not. */
    void seen(int frameBytes, boolean arrived) {
        seen++;
        double fade = 1 - 1 / MEMORY;
        frames = frames * fade + 1;
        bytes = bytes * fade + frameBytes;
        lost = lost * fade + (arrived ? 0 : 1);
    }

    /** An answer took so long. */
    void took(long nanos) {
        if (answerNanos == 0) {
            answerNanos = Math.max(1, nanos);
            spreadNanos = nanos / 2;
        } else {
            spreadNanos = (3 * spreadNanos + Math.abs(answerNanos - nanos)) / 4;
            answerNanos = (7 * answerNanos + nanos) / 8;
        }
    }

    /** What was taken to be lost has come after so long. */
    void found(long nanos) {
        lost = Math.max(0, lost - 1);
        took(nanos);
    }

    /**
     * What has not come by then is lost: half as long again as RFC 6298 has it, since queues that
     * this node makes itself grow fast. Most losses are seen before, by what comes after them.
     */
    long lostAfterNanos() {
        return answerNanos == 0
                ? FIRST_NANOS
                : Math.clamp(
                        3 * (answerNanos + 4 * spreadNanos) / 2, SHORTEST_NANOS, LONGEST_NANOS);
    }

    /** Whether enough was seen to compare it with others. */
    boolean someSeen() {
        return seen >= SOME;
    }

    /**
     * Whether one chance to arrive is less than another by more than accident explains, and by
     * enough to care.
     */
    static boolean clearlyLess(double less, double more) {
        double variance = (less * (1 - less) + more * (1 - more)) / (2 * MEMORY);
        return less < CLEARLY * more && more - less > DEVIATIONS * Math.sqrt(variance);
    }

    /** How long answers take, of late; 0 before the first. */
    long answerNanos() {
        return answerNanos;
    }

    /** Whether too little was seen yet to judge by. */
    boolean unknown() {
        return seen < KNOWN;
    }

    /** The chance that a frame of that many bytes arrives, 0 to 1. */
    double arrives(long frameBytes) {
        return Math.exp(-perByte() * frameBytes);
    }

    /** The longest frame that arrives with a chance of {@code least}. */
    long longest(double least) {
        double perByte = perByte();
        return perByte == 0 ? Long.MAX_VALUE : (long) (-Math.log(least) / perByte);
    }

    private double perByte() {
        return -Math.log1p(-Math.min(MOST, lost / frames)) * frames / bytes;
    }
}
