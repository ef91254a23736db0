// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What nobody can beat, from knowledge that nobody has. */
final class Bounds {
    private Bounds() {}

    /** The most cost that one request can be expected to spare: the best content, cut to fit. */
    static double best(Catalogue all, double[] popularity, long capacityBytes) {
        Integer[] order = IntStream.range(0, popularity.length).boxed().toArray(Integer[]::new);
        Arrays.sort(
                order,
                Comparator.comparingDouble(
                        (Integer b) -> -popularity[b] * all.costs()[b] / all.sizes()[b]));
        double spared = 0;
        double left = capacityBytes;
        for (int blob : order) {
            double part = Math.min(1, left / all.sizes()[blob]);
            if (part <= 0) {
                break;
            }
            spared += part * popularity[blob] * all.costs()[blob];
            left -= all.sizes()[blob];
        }
        return spared;
    }

    /**
     * More cost than any cache could spare, as part of all: PFOO-L (Berger, Beckmann,
     * Harchol-Balter 2018). Each hit needs its blob kept since the request before; the cheapest
     * hits per byte and request are taken until all room at all times together is used up.
     */
    static double pfoo(Workload w, long capacityBytes) {
        int n = w.blobs().length;
        int[] last = new int[w.catalogue().sizes().length];
        Arrays.fill(last, -1);
        double[] room = new double[n];
        double[] cost = new double[n];
        double total = 0;
        for (int i = 0; i < n; i++) {
            int blob = w.blobs()[i];
            int before = last[blob];
            last[blob] = i;
            if (i < w.warmUp()) {
                continue;
            }
            cost[i] = w.catalogue().costs()[blob];
            total += cost[i];
            room[i] =
                    before < 0
                            ? Double.POSITIVE_INFINITY
                            : (double) w.catalogue().sizes()[blob]
                                    * (i - Math.max(before, w.warmUp()));
        }
        Integer[] order =
                IntStream.range(w.warmUp(), n)
                        .filter(i -> room[i] < Double.POSITIVE_INFINITY)
                        .boxed()
                        .toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> room[i] / cost[i]));
        double left = (double) capacityBytes * (n - w.warmUp());
        double spared = 0;
        for (int i : order) {
            double part = room[i] <= 0 ? 1 : Math.min(1, left / room[i]);
            if (part <= 0) {
                break;
            }
            spared += part * cost[i];
            left -= room[i];
        }
        return spared / total;
    }
}
