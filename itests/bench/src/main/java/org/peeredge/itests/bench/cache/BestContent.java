// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** What nobody can beat, from knowledge that nobody has. */
final class BestContent {
    private BestContent() {}

    /** The most cost that one request can be expected to spare: the best content, cut to fit. */
    static double cost(Catalogue all, double[] popularity, long capacityBytes) {
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
}
