// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import java.util.Arrays;

/**
 * What to expect of a blob that was asked for so many times: not as many requests again, for among
 * many blobs that are asked for rarely some were lucky. The expectation by Bayes' rule, where
 * popularity follows Zipf's law and requests come independently (Robbins 1956, "An Empirical Bayes
 * Approach to Statistics"). It matters where counts are small: soon after a start or a shift of
 * popularity, and for most blobs of a long tail.
 */
final class Forecast {
    private static final int STEPS_PER_COUNT = 4;

    /** Keeps the order of counts where nothing else does. */
    private static final double SLOPE = 1e-6;

    private final double[] table = new double[Law.COUNTS * STEPS_PER_COUNT + 1];

    /** A forecast by a law of what was asked for. */
    Forecast(Law law) {
        for (int i = 0; i < table.length; i++) {
            double count = (double) i / STEPS_PER_COUNT;
            table[i] = mean(law.blobsInGroup, law.expected, count) * (1 + SLOPE * count);
        }
    }

    /** The mean of {@code expected} given a count that is Poisson by it. */
    private static double mean(double[] blobsInGroup, double[] expected, double count) {
        double[] logs = new double[expected.length];
        for (int g = 0; g < expected.length; g++) {
            logs[g] = Math.log(blobsInGroup[g]) + count * Math.log(expected[g]) - expected[g];
        }
        double greatest = Arrays.stream(logs).max().orElse(0);
        double sum = 0;
        double weights = 0;
        for (int g = 0; g < expected.length; g++) {
            double weight = Math.exp(logs[g] - greatest);
            sum += weight * expected[g];
            weights += weight;
        }
        return sum / weights;
    }

    /** Requests to expect of a blob that had {@code count}, in as many requests as were counted. */
    double of(double count) {
        double at = count * STEPS_PER_COUNT;
        if (at >= table.length - 1) {
            // From here on a count is what it says, unless even the rarest blob has more.
            double end = table[table.length - 1];
            double above = count - Law.COUNTS;
            return Math.max(end * (1 + above * SLOPE), count + Math.min(0, end - Law.COUNTS));
        }
        int below = (int) at;
        double part = at - below;
        return table[below] * (1 - part) + table[below + 1] * part;
    }
}
