// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

/**
 * Whether a member is in this LAN, by what its address says and by what was measured. An address is
 * a label: overlays and bridges of containers number far networks like near ones, so the shortest
 * round trip has the last word. See {@code docs/decisions/0015}.
 */
final class Lans {
    /** No network of one site is as wide as that; wireless ones answer within less at best. */
    static final long NEAR_NANOS = 10_000_000;

    /** A member that was near stays near up to here, so that it does not come and go. */
    static final long LEAVES_NANOS = 2 * NEAR_NANOS;

    /**
     * A way that got longer is believed by this part at each measurement: queues of our own making
     * come and go sooner.
     */
    private static final int DRIFT = 64;

    /**
     * So many measurements before a round trip counts against a label: the first ones wait for
     * machines that start.
     */
    static final int SURE = 8;

    private Lans() {}

    /**
     * The shortest round trip so far, or a little more where all are longer by now.
     *
     * @param shortestNanos as of now; 0 for none
     * @param sampleNanos the newest measurement, at least 1
     */
    static long shortest(long shortestNanos, long sampleNanos) {
        return shortestNanos == 0
                ? sampleNanos
                : Math.min(sampleNanos, shortestNanos + 1 + shortestNanos / DRIFT);
    }

    /**
     * Whether a member is near.
     *
     * @param labelled its address, or a beacon, says so
     * @param wasNear what was said of it last
     * @param samples how often the round trip was measured
     * @param shortestNanos the shortest one
     */
    static boolean near(boolean labelled, boolean wasNear, int samples, long shortestNanos) {
        long limit = wasNear ? LEAVES_NANOS : NEAR_NANOS;
        return labelled && (samples < SURE || shortestNanos <= limit);
    }
}
