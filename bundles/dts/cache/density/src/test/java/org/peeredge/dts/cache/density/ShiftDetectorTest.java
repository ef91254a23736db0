// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ShiftDetectorTest {
    private static final int BLOBS = 2_000;

    private final ShiftDetector detector = new ShiftDetector();
    private final Map<Long, Double> counts = new HashMap<>();
    private double total;
    private final SplittableRandom random = new SplittableRandom(11);

    /** Zipf's law over blobs that begin with number {@code first}. */
    private long draw(long first) {
        return first + (long) Math.pow(BLOBS, random.nextDouble());
    }

    private int request(long hash) {
        int since = detector.request(hash, counts.getOrDefault(hash, 0.0), total, BLOBS);
        counts.merge(hash, 1.0, Double::sum);
        total++;
        return since;
    }

    @Test
    void chanceIsNoShift() {
        for (int i = 0; i < 100_000; i++) {
            assertEquals(0, request(draw(0)));
        }
    }

    @Test
    void aScanIsNoShift() {
        for (int i = 0; i < 50_000; i++) {
            assertEquals(0, request(draw(0)));
        }
        for (int i = 0; i < 20_000; i++) {
            assertEquals(0, request(1_000_000 + i));
        }
    }

    @Test
    void aShiftIsNoticedSoonAndNamesItsRequests() {
        for (int i = 0; i < 50_000; i++) {
            request(draw(0));
        }
        int since = 0;
        int passed = 0;
        while (since == 0) {
            since = request(draw(5_000_000));
            passed++;
            assertTrue(passed < 500, "not noticed");
        }
        assertTrue(since >= passed && since < passed + 400, since + " after " + passed);
        assertTrue(detector.last(1) >= 5_000_000);
    }
}
