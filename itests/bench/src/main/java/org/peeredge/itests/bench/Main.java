// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.peeredge.itests.bench.cache.CacheRows;
import org.peeredge.itests.bench.codecs.CodecSuite;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Lab;

/** {@code itests/bench/run SUITE [ROW ...]}. */
public final class Main {
    private Main() {}

    /** One row, or a few that are measured together. */
    interface Row {
        List<Figure> measure(Path work) throws IOException, InterruptedException;
    }

    private static final Map<String, Row> NODE = new LinkedHashMap<>();
    private static final Map<String, Row> CACHE = new LinkedHashMap<>();
    private static final Map<String, Map<String, Row>> SUITES =
            Map.of("node", NODE, "cache", CACHE);

    static {
        NODE.put("assembly", Assemblies::measure);
        NODE.put("small", SmallBlob::measure);
        NODE.put("pair", Pair::measure);
        NODE.put("swap", Swap::measure);
        NODE.put("through", Through::measure);
        NODE.put("lan", OneLan::measure);
        CACHE.put("zipf", CacheRows::zipf);
        CACHE.put("scans", CacheRows::scans);
        CACHE.put("shift", CacheRows::shift);
        CACHE.put("trace", CacheRows::trace);
    }

    /** Entry point. */
    public static void main(String[] args) throws IOException, InterruptedException {
        AtEnd.hook();
        if (args.length > 0 && args[0].equals("swarm")) {
            needsLab();
            System.exit(SwarmSuite.run(List.of(args).subList(1, args.length)));
        }
        if (args.length > 0 && args[0].equals("codecs")) {
            codecs(List.of(args).subList(1, args.length));
            return;
        }
        Map<String, Row> suite = args.length == 0 ? null : SUITES.get(args[0]);
        if (suite == null) {
            SUITES.forEach((name, rows) ->
                    System.err.println(
                            "usage: itests/bench/run "
                                    + name
                                    + " ["
                                    + String.join(" | ", rows.keySet())
                                    + "]..."));
            System.err.println(
                    "       itests/bench/run codecs [--rounds N] ["
                            + String.join(" | ", CodecSuite.rows())
                            + "]...");
            System.err.println(
                    "       itests/bench/run swarm [--runs N] [--spare N] [--divide N] [--systems NAME,...] ["
                            + SwarmSuite.experiments().stream()
                                    .map(Experiment::id)
                                    .collect(Collectors.joining(" | "))
                            + "]...");
            System.exit(2);
            return;
        }
        if (suite.equals(NODE)) {
            needsLab();
        }
        List<String> wanted =
                args.length == 1
                        ? List.copyOf(suite.keySet())
                        : List.of(args).subList(1, args.length);
        List<Figure> rows = new ArrayList<>();
        for (String name : wanted) {
            Row row = suite.get(name);
            if (row == null) {
                System.err.println("no row '" + name + "'; there are " + suite.keySet());
                System.exit(2);
                return;
            }
            System.out.println("measuring " + name + " ...");
            try (AtEnd.Folder work = AtEnd.folder(Files.createTempDirectory("bench-" + name))) {
                rows.addAll(row.measure(work.path()));
            }
        }
        report(args[0], rows, args.length == 1);
    }

    private static void codecs(List<String> words) throws IOException {
        try {
            report("codecs", CodecSuite.measure(words), CodecSuite.wantsAll(words));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static void report(String suite, List<Figure> rows, boolean whole) throws IOException {
        Report.print(rows, System.out);
        if (whole) {
            Path file =
                    Distribution.root().resolve("itests/bench/target/figures/" + suite + ".json");
            Report.write(rows, file);
            System.out.println("\nwritten to " + Distribution.root().relativize(file));
        }
    }

    private static void needsLab() {
        boolean there =
                Lab.possible()
                        && Commands.has("skopeo")
                        && Commands.has("docker-registry")
                        && Commands.has("nginx");
        if (!there) {
            System.err.println("needs root and the packages that itests/verify installs");
            System.exit(2);
        }
    }
}
