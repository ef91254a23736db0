// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LawTest {
    private static Law fitted(int blobs, double exponent, int requests, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] upTo = new double[blobs];
        double sum = 0;
        for (int i = 0; i < blobs; i++) {
            sum += Math.pow(i + 1, -exponent);
            upTo[i] = sum;
        }
        long[] names = random.longs(blobs).toArray();
        Sample sample = new Sample();
        Map<Long, Integer> counts = new HashMap<>();
        for (int i = 0; i < requests; i++) {
            int at = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            long name = names[at < 0 ? -at - 1 : at];
            sample.put(name, counts.merge(name, 1, Integer::sum));
        }
        return Law.fit(sample.blobsWith(1, 0.5), sample.scale(), requests);
    }

    @Test
    void findsHowManyBlobsThereAreAndHowUnlike() {
        for (int blobs : new int[] {300, 3_000, 30_000}) {
            for (double exponent : new double[] {0.6, 0.8, 1.0, 1.2}) {
                Law law = fitted(blobs, exponent, 10 * blobs, blobs);
                String what = blobs + ", " + exponent + ": " + law.blobs + ", " + law.exponent;
                assertEquals(exponent, law.exponent, 0.15, what);
                assertTrue(law.blobs > 0.65 * blobs && law.blobs < 1.5 * blobs, what);
            }
        }
    }

    @Test
    void aSampleStaysSmallAndStandsForAll() {
        Sample sample = new Sample();
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 100_000; i++) {
            sample.put(random.nextLong(), 1);
        }
        int here = Arrays.stream(sample.blobsWith(1, 0.5)).sum();
        assertTrue(here <= 2_048, here + " in the sample");
        assertEquals(100_000, here * sample.scale(), 10_000);
        sample.multiply(0.1);
        assertEquals(0, Arrays.stream(sample.blobsWith(1, 0.5)).sum(), "all have faded");
    }

    @Test
    void takesNothingAndMuch() {
        for (double requests : new double[] {1, 1e9}) {
            Law law = Law.fit(new int[Law.COUNTS + 1], 1, requests);
            assertTrue(law.blobs >= 1 && Double.isFinite(new Forecast(law).of(1)));
        }
        int[] strangers = new int[Law.COUNTS + 1];
        strangers[1] = 2_000;
        Law law = Law.fit(strangers, 1, 2_000);
        assertTrue(law.blobs > 10_000, "all are new: " + law.blobs);
    }
}
