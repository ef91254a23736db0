// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One row.
 *
 * @param name what is measured
 * @param ours median
 * @param peer median of the peer in the same run, NaN where there is none
 * @param ratio median of the ratios pair by pair where there is a peer, else ours
 * @param must the floor, with its comparison, such as {@code <= 1.6}
 * @param aim what we want
 * @param unit of ours and peer
 * @param spread smallest and largest of what {@code ratio} is the median of
 * @param ratios all of what {@code ratio} is the median of
 */
public record Figure(
        String name,
        double ours,
        double peer,
        double ratio,
        String must,
        String aim,
        String unit,
        String spread,
        List<Double> ratios) {

    /** A row without a peer. */
    public static Figure of(String name, List<Double> ours, String must, String aim, String unit) {
        double median = median(ours);
        return new Figure(name, median, Double.NaN, median, must, aim, unit, spread(ours), ours);
    }

    /** A row with a peer; {@code ours} and {@code peer} are pairs of the same moment. */
    public static Figure of(
            String name,
            List<Double> ours,
            List<Double> peer,
            String must,
            String aim,
            String unit) {
        List<Double> ratios =
                IntStream.range(0, ours.size()).mapToObj(i -> ours.get(i) / peer.get(i)).toList();
        return new Figure(
                name,
                median(ours),
                median(peer),
                median(ratios),
                must,
                aim,
                unit,
                spread(ratios),
                ratios);
    }

    /** The middle value, or the mean of the two in the middle. */
    public static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    private static String spread(List<Double> values) {
        double[] v = values.stream().mapToDouble(Double::doubleValue).toArray();
        return number(Arrays.stream(v).min().orElse(Double.NaN))
                + " .. "
                + number(Arrays.stream(v).max().orElse(Double.NaN))
                + " (n="
                + v.length
                + ")";
    }

    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        double size = Math.abs(value);
        return String.format(
                Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }
}
