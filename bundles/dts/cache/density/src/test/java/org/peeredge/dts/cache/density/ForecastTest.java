// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ForecastTest {
    private static final int BLOBS = 10_000;

    @Test
    void moreRequestsForetellMore() {
        for (double requests : new double[] {1, 300, 5_000, 200_000, 1e7}) {
            Forecast forecast = new Forecast(new Law(BLOBS, 0.9, requests));
            double last = -1;
            for (double count = 0; count < 40; count += 0.1) {
                double now = forecast.of(count);
                assertTrue(now > last && Double.isFinite(now), requests + ", " + count);
                last = now;
            }
        }
    }

    @Test
    void aFewRequestsAmongManyBlobsAreMostlyLuck() {
        Forecast soon = new Forecast(new Law(BLOBS, 0.9, 1_000));
        assertTrue(soon.of(1) < 0.6, "asked for once: " + soon.of(1));
        assertTrue(soon.of(4) / soon.of(1) > 5, "four times is more than four times as good");
        Forecast later = new Forecast(new Law(100, 0.9, 100_000));
        assertEquals(500, later.of(500), 20);
    }

    /** What it says of all blobs that were asked for k times is what comes, on the average. */
    @Test
    void foretellsWhatComes() {
        SplittableRandom random = new SplittableRandom(5);
        double[] upTo = new double[BLOBS];
        double sum = 0;
        for (int i = 0; i < BLOBS; i++) {
            sum += Math.pow(i + 1, -0.9);
            upTo[i] = sum;
        }
        int requests = 20_000;
        int[] before = counts(upTo, requests, random);
        int[] after = counts(upTo, requests, random);
        Forecast forecast = new Forecast(new Law(BLOBS, 0.9, requests));
        for (int k = 0; k < 6; k++) {
            double blobs = 0;
            double came = 0;
            for (int i = 0; i < BLOBS; i++) {
                if (before[i] == k) {
                    blobs++;
                    came += after[i];
                }
            }
            assertEquals(came / blobs, forecast.of(k), 0.15 + 0.1 * k, "asked for " + k + " times");
        }
    }

    private static int[] counts(double[] upTo, int requests, SplittableRandom random) {
        int[] counts = new int[upTo.length];
        for (int i = 0; i < requests; i++) {
            int at = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
            counts[at < 0 ? -at - 1 : at]++;
        }
        return counts;
    }
}
