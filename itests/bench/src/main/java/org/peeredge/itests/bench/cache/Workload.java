// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Requests in order.
 *
 * @param blobs what is asked for, by number
 * @param warmUp so many requests at the beginning are not counted
 * @param popularity of each blob, as long as it holds; empty where nobody knows it
 * @param shiftAt from this request on {@code shifted} holds; the number of requests when never
 * @param shifted the popularity afterwards
 */
record Workload(
        Catalogue catalogue,
        int[] blobs,
        int warmUp,
        double[] popularity,
        int shiftAt,
        double[] shifted) {

    /** Bytes of all blobs that are asked for. */
    long workingSetBytes() {
        BitSet seen = new BitSet();
        long bytes = 0;
        for (int blob : blobs) {
            if (!seen.get(blob)) {
                seen.set(blob);
                bytes += catalogue.sizes()[blob];
            }
        }
        return bytes;
    }

    /** Independent requests, popularity by Zipf's law, whatever the size. */
    static Workload zipf(
            Catalogue catalogue, int count, double alpha, int requests, SplittableRandom random) {
        double[] popularity = popularity(count, alpha, random);
        int[] blobs = new int[requests];
        Draw draw = new Draw(popularity);
        for (int i = 0; i < requests; i++) {
            blobs[i] = draw.next(random);
        }
        return new Workload(catalogue, blobs, requests / 4, popularity, requests, popularity);
    }

    /** The same, and half way everybody's rank is drawn anew. */
    static Workload shift(
            Catalogue catalogue, int count, double alpha, int requests, SplittableRandom random) {
        double[] before = popularity(count, alpha, random);
        double[] after = popularity(count, alpha, random);
        int[] blobs = new int[requests];
        Draw first = new Draw(before);
        Draw second = new Draw(after);
        for (int i = 0; i < requests; i++) {
            blobs[i] = (i < requests / 2 ? first : second).next(random);
        }
        return new Workload(catalogue, blobs, requests / 4, before, requests / 2, after);
    }

    /**
     * Zipf, and after each {@code every} requests blobs that nobody asks for again, together as
     * large as {@code scanBytes}; they have the numbers from {@code count} on.
     */
    static Workload scans(
            Catalogue catalogue,
            int count,
            double alpha,
            int requests,
            int every,
            long scanBytes,
            SplittableRandom random) {
        double[] popularity = popularity(count, alpha, random);
        Draw draw = new Draw(popularity);
        int[] blobs = new int[catalogue.sizes().length + requests];
        int n = 0;
        int stranger = count;
        for (int i = 0; i < requests; i++) {
            blobs[n++] = draw.next(random);
            if (i % every == every - 1) {
                for (long bytes = 0;
                        bytes < scanBytes && stranger < catalogue.sizes().length;
                        stranger++) {
                    blobs[n++] = stranger;
                    bytes += catalogue.sizes()[stranger];
                }
            }
        }
        return new Workload(catalogue, Arrays.copyOf(blobs, n), n / 4, popularity, n, popularity);
    }

    /** By rank; ranks are dealt by chance. */
    private static double[] popularity(int count, double alpha, SplittableRandom random) {
        double[] popularity = new double[count];
        double sum = 0;
        for (int rank = 0; rank < count; rank++) {
            popularity[rank] = Math.pow(rank + 1, -alpha);
            sum += popularity[rank];
        }
        for (int i = count - 1; i >= 0; i--) {
            int other = random.nextInt(i + 1);
            double taken = popularity[other] / sum;
            popularity[other] = popularity[i];
            popularity[i] = taken;
        }
        return popularity;
    }

    /** Draws numbers by their probability. */
    private static final class Draw {
        private final double[] upTo;

        Draw(double[] popularity) {
            upTo = popularity.clone();
            Arrays.parallelPrefix(upTo, Double::sum);
        }

        int next(SplittableRandom random) {
            int at = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
            return Math.min(at < 0 ? -at - 1 : at, upTo.length - 1);
        }
    }
}
