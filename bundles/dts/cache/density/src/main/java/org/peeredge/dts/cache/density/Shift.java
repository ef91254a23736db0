// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

/**
 * Notices that what is popular has changed: of the requests for blobs that were seen before, far
 * fewer are hits than of late. Requests for what was never seen do not count, so a scan is no
 * shift.
 */
final class Shift {
    private static final int SHORT_SPAN = 256;
    private static final int LONG_SPAN = 8 * SHORT_SPAN;

    /**
     * Standard deviations by which the short mean must be below the long one. Fewer would take
     * chance for a shift, which costs more than a shift that is noticed late: counts fade anyway.
     */
    private static final double SIGMAS = 5;

    /** A rate near 0 or 1 has no less variance than this: requests come in lumps. */
    private static final double LEAST_VARIANCE = 0.01;

    private double usual;
    private double lately;
    private int seen;

    /**
     * One request for a blob that was seen before.
     *
     * @param hit whether it was here
     * @return whether the rate fell
     */
    boolean fell(boolean hit) {
        seen = Math.min(seen + 1, LONG_SPAN);
        double value = hit ? 1 : 0;
        lately += (value - lately) / Math.min(seen, SHORT_SPAN);
        usual += (value - usual) / seen;
        if (seen < LONG_SPAN) {
            return false;
        }
        double variance = Math.max(usual * (1 - usual), LEAST_VARIANCE);
        // A mean with exponential weights over a span has the variance of twice as many requests.
        double deviation = Math.sqrt(variance * (1.0 / SHORT_SPAN + 1.0 / LONG_SPAN) / 2);
        if (lately >= usual - SIGMAS * deviation) {
            return false;
        }
        usual = lately;
        seen = SHORT_SPAN;
        return true;
    }
}
