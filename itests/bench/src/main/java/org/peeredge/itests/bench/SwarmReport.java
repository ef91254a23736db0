// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.peeredge.itests.bench.Experiment.Outcome;
import org.peeredge.itests.bench.Experiment.Tries;

/** Prints what the suite measured as tables, and writes it as JSON, CSV and SVG. */
final class SwarmReport {
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private SwarmReport() {}

    /** One table for each scenario, one line for each figure, one column for each system. */
    static void print(String command, Outcome outcome, PrintStream out) {
        Set<String> systems = new LinkedHashSet<>();
        outcome.runs().forEach(run -> systems.add(run.system())); // also if none of its runs counts
        outcome.rows().forEach(row -> systems.addAll(row.values().keySet()));
        out.printf(
                Locale.ROOT,
                "%n%s (`%s`)%s%s%n%n",
                outcome.title(),
                command,
                outcome.bounds().isEmpty() ? "" : "; bounds: " + bounds(outcome.bounds()),
                thrownAway(outcome.runs()));
        out.println("| figure | " + String.join(" | ", systems) + " | must (helper) | aim |");
        out.println("|---|" + "---|".repeat(systems.size() + 2));
        for (SwarmRow row : outcome.rows()) {
            out.printf(
                    Locale.ROOT,
                    "| %s, %s | %s | %s | %s |%n",
                    row.name(),
                    row.unit(),
                    systems.stream().map(s -> cell(row, s)).collect(Collectors.joining(" | ")),
                    row.must().equals(row.mustHelped())
                            ? row.must()
                            : row.must() + " (" + row.mustHelped() + ")",
                    row.aim());
        }
    }

    private static String bounds(Map<String, Double> bounds) {
        return bounds.entrySet().stream()
                .map(b -> b.getKey() + " " + Figure.number(b.getValue()) + " s")
                .collect(Collectors.joining(", "));
    }

    private static String thrownAway(List<SwarmRun> runs) {
        Map<String, Long> bad =
                runs.stream()
                        .filter(run -> !run.counts())
                        .collect(
                                Collectors.groupingBy(
                                        SwarmRun::system, TreeMap::new, Collectors.counting()));
        return bad.isEmpty() ? "" : "; thrown away for a busy machine: " + bad;
    }

    /** Median, spread where there are several, and whether it is not as it must be. */
    private static String cell(SwarmRow row, String system) {
        List<Double> values = row.values().get(system);
        if (values == null || values.isEmpty()) {
            return "-";
        }
        String median = Figure.number(Figure.median(values));
        String missed = row.held(system) ? "" : " (!)";
        return values.size() == 1
                ? median + missed
                : median
                        + missed
                        + " ["
                        + Figure.number(SwarmRow.least(values))
                        + " .. "
                        + Figure.number(SwarmRow.greatest(values))
                        + "]";
    }

    /** {@code swarm.json}: a list of scenarios. */
    static void writeJson(Map<String, Outcome> outcomes, Tries tries, Path file)
            throws IOException {
        ArrayNode all = JSON.createArrayNode();
        outcomes.forEach((id, outcome) -> {
            ObjectNode one = all.addObject().put("scenario", id).put("title", outcome.title());
            one.put("command", tries.command(id));
            ObjectNode bounds = one.putObject("boundSeconds");
            outcome.bounds().forEach((name, seconds) -> Report.put(bounds, name, seconds));
            ObjectNode bad = one.putObject("thrownAway");
            for (SwarmRun run : outcome.runs()) {
                if (!run.counts()) {
                    bad.put(
                            run.scenario().id() + " " + run.system() + " " + run.number(),
                            run.doubts());
                }
            }
            ArrayNode rows = one.putArray("figures");
            for (SwarmRow row : outcome.rows()) {
                ObjectNode figure =
                        rows.addObject().put("name", row.name()).put("unit", row.unit());
                figure.put("judgedBy", row.byWorst() ? "worst" : "median");
                figure.put("must", row.must()).put("mustWithHelper", row.mustHelped());
                figure.put("aim", row.aim());
                ObjectNode systems = figure.putObject("systems");
                row.values()
                        .forEach((system, values) -> {
                            ObjectNode of = systems.putObject(system);
                            Report.put(of, "median", Figure.median(values));
                            Report.put(of, "least", SwarmRow.least(values));
                            Report.put(of, "greatest", SwarmRow.greatest(values));
                            of.put("runs", values.size()).put("held", row.held(system));
                        });
            }
        });
        Files.createDirectories(file.getParent());
        Files.write(file, JSON.writeValueAsBytes(all));
    }

    /** A line for each run, and one for each member of each run. */
    static void writeCsv(Map<String, Outcome> outcomes, Path runs, Path nodes) throws IOException {
        StringBuilder byRun =
                new StringBuilder(
                        "scenario,system,run,counts,doubts,members,content_bytes,bound_s,registry_bound_s,last_s,mean_s,p50_s,"
                                + "p95_s,first_s,origin_bytes,origin_copies,wan_down_bytes,wan_up_bytes,wan_copies_most,"
                                + "peak_wan_bits_500ms,peak_wan_bits_5s,wasted_fraction,busy,saturated_s,late_s\n");
        StringBuilder byNode =
                new StringBuilder(
                        "scenario,system,run,member,done_s,up_bytes,down_bytes,wasted_bytes,from_peers_bytes,"
                                + "from_origin_bytes,from_upstream_bytes\n");
        for (Outcome outcome : outcomes.values()) {
            for (SwarmRun run : outcome.runs()) {
                add(run, byRun, byNode);
            }
        }
        Files.createDirectories(runs.getParent());
        Files.writeString(runs, byRun);
        Files.writeString(nodes, byNode);
    }

    private static void add(SwarmRun run, StringBuilder byRun, StringBuilder byNode) {
        String key = run.scenario().id() + "," + run.system() + "," + run.number();
        byRun.append(key).append(',').append(run.counts()).append(',').append(run.doubts());
        numbers(
                byRun,
                run.nodes().size(),
                run.bytes(),
                Bounds.swarm(run.scenario().topology(), run.bytes()),
                Bounds.registry(run.scenario().topology(), run.bytes()),
                run.last(),
                run.mean(),
                run.percentile(50),
                run.percentile(95),
                run.sorted().getFirst(),
                run.originBytes(),
                run.originCopies(),
                sum(run.wanDownBytes()),
                sum(run.wanUpBytes()),
                run.wanCopies(),
                run.peakWanBits(),
                run.slowPeakWanBits(),
                run.wasted(),
                run.machine().busy(),
                run.machine().saturatedSeconds(),
                run.machine().lateSeconds());
        run.nodes()
                .forEach((host, node) -> {
                    byNode.append(key).append(',').append(host);
                    Contender.Sources from = node.sources();
                    numbers(
                            byNode,
                            node.seconds(),
                            node.upBytes(),
                            node.downBytes(),
                            from.wasted(),
                            from.peers(),
                            from.origin(),
                            from.upstream());
                });
    }

    private static double sum(Map<String, Double> values) {
        return values.values().stream().mapToDouble(x -> x).sum();
    }

    /** Empty where a number is not known. */
    private static void numbers(StringBuilder line, double... numbers) {
        for (double number : numbers) {
            line.append(',');
            if (!Double.isNaN(number)) {
                line.append(
                        number == Math.rint(number)
                                ? Long.toString((long) number)
                                : String.format(Locale.ROOT, "%.4f", number));
            }
        }
        line.append('\n');
    }
}
