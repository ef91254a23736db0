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
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Lab;

/** {@code itests/bench/run node [ROW ...]} and {@code itests/bench/run swarm [SCENARIO ...]}. */
public final class Main {
    private Main() {}

    /** One row, or a few that are measured together. */
    interface Row {
        List<Figure> measure(Path work) throws IOException, InterruptedException;
    }

    private static final Map<String, Row> NODE = new LinkedHashMap<>();

    static {
        NODE.put("assembly", Assemblies::measure);
        NODE.put("small", SmallBlob::measure);
        NODE.put("pair", Pair::measure);
        NODE.put("swap", Swap::measure);
        NODE.put("through", Through::measure);
        NODE.put("lan", OneLan::measure);
    }

    /** Entry point. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 0 || !List.of("node", "swarm").contains(args[0])) {
            System.err.println(
                    "usage: itests/bench/run node [" + String.join(" | ", NODE.keySet()) + "]...");
            System.err.println(
                    "       itests/bench/run swarm [--runs N] [--spare N] [--systems NAME,...] ["
                            + SwarmSuite.experiments().stream()
                                    .map(Experiment::id)
                                    .collect(Collectors.joining(" | "))
                            + "]...");
            System.exit(2);
        }
        if (!Lab.possible()
                || !Commands.has("skopeo")
                || !Commands.has("docker-registry")
                || !Commands.has("nginx")) {
            System.err.println("needs root and the packages that itests/verify installs");
            System.exit(2);
        }
        if (args[0].equals("swarm")) {
            System.exit(SwarmSuite.run(List.of(args).subList(1, args.length)));
        }
        List<String> wanted =
                args.length == 1
                        ? List.copyOf(NODE.keySet())
                        : List.of(args).subList(1, args.length);
        List<Figure> rows = new ArrayList<>();
        for (String name : wanted) {
            Row row = NODE.get(name);
            if (row == null) {
                System.err.println("no row '" + name + "'; there are " + NODE.keySet());
                System.exit(2);
                return;
            }
            System.out.println("measuring " + name + " ...");
            Path work = Files.createTempDirectory("bench-" + name);
            try {
                rows.addAll(row.measure(work));
            } finally {
                Commands.must("rm", "-rf", work.toString());
            }
        }
        Report.print(rows, System.out);
        Path file = Distribution.root().resolve("itests/bench/target/figures/node.json");
        if (args.length == 1) {
            Report.write(rows, file);
            System.out.println("\nwritten to " + Distribution.root().relativize(file));
        }
    }
}
