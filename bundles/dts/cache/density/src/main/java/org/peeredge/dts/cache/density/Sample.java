// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts of some blobs that chance picks by their names, so that they stand for all that are asked
 * for: when there are too many, every second one is dropped (Flajolet 1990, "On adaptive
 * sampling").
 */
final class Sample {
    private static final int MOST = 2_048;

    private final Map<Long, Double> counts = new HashMap<>();
    private int level;

    /** Notes the count of a blob. */
    void put(long hash, double count) {
        if (!picked(hash)) {
            return;
        }
        counts.put(hash, count);
        while (counts.size() > MOST) {
            level++;
            counts.keySet().removeIf(h -> !picked(h));
        }
    }

    private boolean picked(long hash) {
        long mixed = (hash ^ (hash >>> 32)) * 0x9E3779B97F4A7C15L;
        return Long.numberOfLeadingZeros(mixed ^ (mixed << 32)) >= level;
    }

    /** Blobs for each that is in here. */
    double scale() {
        return Math.scalb(1.0, level);
    }

    /**
     * How many blobs were asked for once, twice, ... {@link Law#COUNTS} times or more; from index 1
     * on. Those that faded below {@code least} are forgotten.
     */
    int[] blobsWith(double weight, double least) {
        counts.values().removeIf(c -> c < least);
        int[] blobs = new int[Law.COUNTS + 1];
        counts.values().forEach(c -> blobs[Math.clamp(Math.round(c / weight), 1, Law.COUNTS)]++);
        return blobs;
    }

    /** Multiplies every count. */
    void multiply(double factor) {
        counts.replaceAll((h, c) -> c * factor);
    }
}
