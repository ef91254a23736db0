// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Recorded requests: a CSV file with a column {@value #COLUMN}, whose values are what is asked for,
 * in the order of time. Sizes and prices are drawn, since the file has none.
 */
final class Trace {
    private static final String COLUMN = "groupId";

    private Trace() {}

    static Workload read(Path file, Catalogue.Prices prices, long seed) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int column = Arrays.asList(lines.getFirst().split(",", -1)).indexOf(COLUMN);
        Map<String, Integer> numbers = new HashMap<>();
        int[] blobs = new int[lines.size() - 1];
        for (int i = 0; i < blobs.length; i++) {
            String value = lines.get(i + 1).split(",", -1)[column];
            int next = numbers.size();
            blobs[i] = numbers.computeIfAbsent(value, v -> next);
        }
        Catalogue catalogue = Catalogue.draw(numbers.size(), prices, new SplittableRandom(seed));
        return new Workload(
                catalogue, blobs, blobs.length / 4, new double[0], blobs.length, new double[0]);
    }
}
