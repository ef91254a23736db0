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
 */
record SwarmRow(
        String name,
        String unit,
        Map<String, List<Double>> values,
        String must,
        String mustHelped,
        String aim) {

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
        return new SwarmRow(name, unit, values, "", "", "");
    }

    /**
     * Each value by the median of what a system has; or that by each value, so that more is better.
     */
    SwarmRow versus(String system, boolean inverse) {
        double peer = Figure.median(values.getOrDefault(system, List.of()));
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        values.forEach((name, list) ->
                ratios.put(name, list.stream().map(v -> inverse ? peer / v : v / peer).toList()));
        return new SwarmRow(name + " vs " + system, "x", ratios, must, mustHelped, aim);
    }

    SwarmRow goal(String must, String mustHelped, String aim) {
        return new SwarmRow(name, unit, values, must, mustHelped, aim);
    }

    /** With a value that was not measured. */
    SwarmRow with(String system, double value) {
        Map<String, List<Double>> more = new LinkedHashMap<>(values);
        more.put(system, List.of(value));
        return new SwarmRow(name, unit, more, must, mustHelped, aim);
    }

    /** What must hold for a system; empty where nothing must. */
    String must(String system) {
        return switch (system) {
            case Arena.PLAIN -> must;
            case Arena.HELPED -> mustHelped;
            default -> "";
        };
    }

    /** Whether a system's median is as it must be; true where nothing must. */
    boolean held(String system) {
        String[] words = must(system).split(" ", -1);
        double median = Figure.median(values.getOrDefault(system, List.of()));
        return switch (words[0]) {
            case "<=" -> median <= Double.parseDouble(words[1]);
            case ">=" -> median >= Double.parseDouble(words[1]);
            default -> true;
        };
    }
}
