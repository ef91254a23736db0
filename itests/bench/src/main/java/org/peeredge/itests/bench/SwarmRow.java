// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A figure of a swarm, of each system beside the others.
 *
 * @param name what
 * @param unit of the values
 * @param values of the runs that count, by system
 * @param must the floor for {@link Arena#PLAIN}, such as {@code <= 1.3}; empty where there is none
 * @param mustHelped the same for {@link Arena#HELPED}
 * @param aim what we want
 * @param byWorst whether the worst run must be so, and not the median
 */
record SwarmRow(
        String name,
        String unit,
        Map<String, List<Double>> values,
        String must,
        String mustHelped,
        String aim,
        boolean byWorst) {

    /** A figure of each run. */
    static SwarmRow of(
            String name, String unit, List<SwarmRun> runs, ToDoubleFunction<SwarmRun> figure) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (SwarmRun run : runs) {
            double value = figure.applyAsDouble(run);
            if (run.counts() && !Double.isNaN(value)) {
                values.computeIfAbsent(run.system(), s -> new ArrayList<>()).add(value);
            }
        }
        return of(name, unit, values);
    }

    /** A figure that is at hand. */
    static SwarmRow of(String name, String unit, Map<String, List<Double>> values) {
        return new SwarmRow(name, unit, values, "", "", "", false);
    }

    /**
     * Each value by the median of what a system has; or that by each value, so that more is better.
     * Empty where that system was not measured.
     */
    SwarmRow versus(String system, boolean inverse) {
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        List<Double> peers = values.getOrDefault(system, List.of());
        if (!peers.isEmpty()) {
            double peer = Figure.median(peers);
            values.forEach((name, list) ->
                    ratios.put(
                            name, list.stream().map(v -> inverse ? peer / v : v / peer).toList()));
        }
        return new SwarmRow(name + " vs " + system, "x", ratios, must, mustHelped, aim, byWorst);
    }

    SwarmRow goal(String must, String mustHelped, String aim) {
        return new SwarmRow(name, unit, values, must, mustHelped, aim, byWorst);
    }

    /** The same, judged by its worst run. */
    SwarmRow ofTheWorst() {
        return new SwarmRow(name, unit, values, must, mustHelped, aim, true);
    }

    /** With a value that was not measured. */
    SwarmRow with(String system, double value) {
        Map<String, List<Double>> more = new LinkedHashMap<>(values);
        more.put(system, List.of(value));
        return new SwarmRow(name, unit, more, must, mustHelped, aim, byWorst);
    }

    /**
     * What must hold for a system; empty where nothing must. Systems whose names begin with {@link
     * Arena#HELPED} are that one with something added to it.
     */
    String must(String system) {
        if (system.startsWith(Arena.HELPED)) {
            return mustHelped;
        }
        return system.equals(Arena.PLAIN) ? must : "";
    }

    /** Whether a system is as it must be; true where nothing must, false where nothing is known. */
    boolean held(String system) {
        String[] words = must(system).split(" ", -1);
        List<Double> all = values.getOrDefault(system, List.of());
        return switch (words[0]) {
            case "<=" ->
                    (byWorst ? greatest(all) : Figure.median(all)) <= Double.parseDouble(words[1]);
            case ">=" ->
                    (byWorst ? least(all) : Figure.median(all)) >= Double.parseDouble(words[1]);
            default -> true;
        };
    }

    static double least(List<Double> values) {
        return values.stream().mapToDouble(x -> x).min().orElse(Double.NaN);
    }

    static double greatest(List<Double> values) {
        return values.stream().mapToDouble(x -> x).max().orElse(Double.NaN);
    }
}
