// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import java.util.HashMap;
import java.util.Map;

/**
 * Notices that what is popular has changed: when the last requests foretell the next ones so much
 * better than all that was counted before that chance does not explain it (CUSUM, Page 1954, over
 * the logarithm of the ratio of likelihoods). Blobs never seen before say nothing either way, so a
 * scan is no shift.
 */
final class ShiftDetector {
    /** Requests that the short view is made of. */
    static final int WINDOW = 1_024;

    /**
     * After a shift, requests until the next may be noticed: the counts must rest on more of them
     * than the short view does, or that would seem to know better again.
     */
    private static final int QUIET = 2 * WINDOW;

    /** Requests remembered: what is counted anew after a shift. */
    private static final int MEMORY = 4_096;

    /** Of requests before the moment that seems to be that of the shift, counted all the same. */
    private static final int BEFORE = WINDOW / 8;

    /** Evidence, in natural logarithms of odds, for a shift. */
    private static final double THRESHOLD = 25;

    /** The most evidence of one request. */
    private static final double MAX_EVIDENCE = 4;

    /** A count added to each blob's, so that nothing is impossible. */
    private static final double PRIOR = 0.05;

    private final long[] last = new long[MEMORY];
    private final Map<Long, Integer> recent = new HashMap<>();
    private long requests;
    private long quietUntil = WINDOW;
    private long changedAt;
    private double evidence;

    /**
     * Notes a request.
     *
     * @param count of this blob before, as it has faded by now
     * @param total of all blobs
     * @param blobs that may be asked for
     * @return how many requests belong to what is popular now; 0 unless that has changed
     */
    int request(long hash, double count, double total, double blobs) {
        int times = recent.getOrDefault(hash, 0);
        int shifted = 0;
        if (requests > quietUntil && (times > 0 || count > PRIOR)) {
            double before = (count + PRIOR) / (total + PRIOR * blobs);
            double lately = (times + PRIOR) / (WINDOW + PRIOR * blobs);
            double ratio = Math.log((before + lately) / 2 / before);
            if (evidence <= 0) {
                changedAt = requests;
            }
            evidence = Math.max(0, evidence + Math.min(MAX_EVIDENCE, ratio));
            if (evidence > THRESHOLD) {
                evidence = 0;
                quietUntil = requests + QUIET;
                shifted = (int) Math.min(MEMORY, requests - changedAt + BEFORE);
            }
        }
        remember(hash);
        return shifted;
    }

    private void remember(long hash) {
        if (requests >= WINDOW) {
            long old = last[(int) ((requests - WINDOW) % MEMORY)];
            recent.computeIfPresent(old, (h, n) -> n == 1 ? null : n - 1);
        }
        last[(int) (requests % MEMORY)] = hash;
        recent.merge(hash, 1, Integer::sum);
        requests++;
    }

    /** The hash of the request {@code back} requests ago; 1 is the one noted last. */
    long last(int back) {
        return last[(int) ((requests - back) % MEMORY)];
    }
}
