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
    /** Zipf's exponent: web caches and registries were measured between 0.6 and 1.1. */
    private static final double EXPONENT = 0.9;

    /** Ranks are taken in so many groups, each a constant factor wide. */
    private static final int GROUPS = 80;

    private static final int STEPS_PER_COUNT = 4;

    /** From here on counts speak for themselves. */
    private static final int TABLED_COUNTS = 16;

    /** Keeps the order of counts where nothing else does. */
    private static final double SLOPE = 1e-6;

    private final double[] table = new double[TABLED_COUNTS * STEPS_PER_COUNT + 1];

    /**
     * A forecast.
     *
     * @param blobs that may be asked for, at least 1
     * @param requests that were counted, at least 1
     */
    Forecast(double blobs, double requests) {
        double[] blobsInGroup = new double[GROUPS];
        double[] expected = new double[GROUPS];
        double sum = 0;
        for (int g = 0; g < GROUPS; g++) {
            double first = Math.pow(blobs, (double) g / GROUPS);
            double next = Math.pow(blobs, (g + 1.0) / GROUPS);
            blobsInGroup[g] = next - first;
            expected[g] = Math.pow((first + next) / 2, -EXPONENT);
            sum += blobsInGroup[g] * expected[g];
        }
        for (int g = 0; g < GROUPS; g++) {
            expected[g] *= requests / sum;
        }
        for (int i = 0; i < table.length; i++) {
            table[i] = mean(blobsInGroup, expected, (double) i / STEPS_PER_COUNT);
        }
    }

    /** The mean of {@code expected} given a count that is Poisson by it. */
    private static double mean(double[] blobsInGroup, double[] expected, double count) {
        double[] logs = new double[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            logs[g] = Math.log(blobsInGroup[g]) + count * Math.log(expected[g]) - expected[g];
        }
        double greatest = Arrays.stream(logs).max().orElse(0);
        double sum = 0;
        double weights = 0;
        for (int g = 0; g < GROUPS; g++) {
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
            // Beyond it a count is what it says, unless even the rarest blob has more.
            double end = table[table.length - 1];
            double above = count - TABLED_COUNTS;
            return Math.max(end * (1 + above * SLOPE), count + Math.min(0, end - TABLED_COUNTS));
        }
        int below = (int) at;
        double part = at - below;
        return table[below] * (1 - part) + table[below + 1] * part;
    }
}
