// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/**
 * How many pieces the members of this LAN together should have under way from afar: as many as fill
 * the way there, and few more. With more of them each takes longer, since they share the way, and
 * all that the LAN has to pass on comes late. The bound is the product of the rate at which pieces
 * come and the shortest time that one took, as in BBR (Cardwell et al. 2016), where the rate is the
 * whole LAN's: takes and arrivals are heard by all.
 */
final class LanWindow {
    private static final int START = 2;
    private static final int MOST = 512;
    private static final int FEWEST = 16;
    private static final int REMEMBERED = MOST;
    private static final long MEMORY_NANOS = 10 * Time.SECOND;

    /**
     * Of each memory's pieces the first few are taken with the way nearly empty (BBR's ProbeRTT):
     * else the shortest time is one with the queue that this window has made, and the next window
     * is larger for it, and so on.
     */
    private static final int PROBES = 2;

    private static final long LONGEST_NANOS = 30 * Time.SECOND;
    private static final long UNKNOWN_NANOS = 3 * Time.SECOND;

    private final long[] arrivals = new long[REMEMBERED];
    private int count;
    private long shortestNanos = Long.MAX_VALUE;
    private long shortestBefore = Long.MAX_VALUE;
    private long memorySince = Long.MIN_VALUE;
    private long usualNanos;

    /** Since when few are to be under way, and how many that began since then have come. */
    private long probeSince;

    private int probed = PROBES;

    /** A piece came that was under way since {@code sinceNanos}, while others were or not. */
    void arrived(long sinceNanos, long now) {
        long took = Math.max(1, now - sinceNanos);
        if (memorySince == Long.MIN_VALUE || now - memorySince > MEMORY_NANOS) {
            if (memorySince != Long.MIN_VALUE) {
                probeSince = now;
                probed = 0;
            }
            memorySince = now;
            shortestBefore = shortestNanos;
            shortestNanos = Long.MAX_VALUE;
        }
        if (sinceNanos >= probeSince && probed < PROBES) {
            probed++;
        }
        shortestNanos = Math.min(shortestNanos, took);
        usualNanos = usualNanos == 0 ? took : (7 * usualNanos + took) / 8;
        if (count == 0 || sinceNanos > arrivals[(count - 1) % REMEMBERED]) {
            // Nothing was under way before: the time until now is this piece's alone.
            count = 0;
            arrivals[count++] = sinceNanos;
        }
        arrivals[count++ % REMEMBERED] = now;
    }

    /**
     * Pieces under way at once.
     *
     * @param toldNanos how long it takes until all know that one has come
     */
    int pieces(long toldNanos) {
        long shortest = Math.min(shortestNanos, shortestBefore);
        if (count < 2 || shortest == Long.MAX_VALUE || probed < PROBES) {
            return START;
        }
        // The shortest alone is too little where receivers share their own ways in as well.
        long each = (shortest + Math.max(shortest, usualNanos)) / 2;
        // What came in less time than one needs may have come in a burst: it shows no rate.
        int n = Math.min(count, FEWEST);
        while (n < Math.min(count, REMEMBERED) && span(n) < each) {
            n++;
        }
        long tenths = (each + toldNanos) * 10 * (n - 1) / Math.max(each, span(n));
        return Math.clamp((tenths * 5 / 4 + 15) / 10, START, MOST);
    }

    /** From the first to the last of the {@code n} newest arrivals. */
    private long span(int n) {
        return arrivals[(count - 1) % REMEMBERED] - arrivals[(count - n) % REMEMBERED];
    }

    /** What is under way for longer is held up by its source, and not by the LAN's way. */
    long slowNanos() {
        return usualNanos == 0 ? UNKNOWN_NANOS : 3 * usualNanos;
    }

    /** How long a piece may be under way before others need not wait for it. */
    long patienceNanos() {
        return usualNanos == 0
                ? UNKNOWN_NANOS
                : Math.clamp(6 * usualNanos, Time.SECOND, LONGEST_NANOS);
    }

    /** One was waited for in vain: perhaps they take longer than those that came. */
    void expired() {
        usualNanos = usualNanos * 3 / 2;
    }
}
