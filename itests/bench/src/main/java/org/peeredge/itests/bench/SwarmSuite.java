// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;

/**
 * {@code itests/bench/run swarm [--runs N] [--spare N] [--systems NAME,...] [SCENARIO ...]}: PEB-1.
 */
final class SwarmSuite {
    private static final int RUNS = 3;
    private static final int SPARE = 2;

    private SwarmSuite() {}

    static List<Experiment> experiments() {
        List<Experiment> all = new ArrayList<>(Distributions.all());
        all.add(new Rolling());
        all.add(new Liars());
        all.add(new SmallContent());
        return all;
    }

    /**
     * Measures what is named, all where nothing is; {@code p1} names all whose names begin with
     * {@code p1-}.
     */
    static int run(List<String> words) throws IOException, InterruptedException {
        int runs = RUNS;
        int spare = SPARE;
        List<String> only = List.of();
        List<String> names = new ArrayList<>(words);
        while (names.size() >= 2 && names.getFirst().startsWith("--")) {
            String value = names.get(1);
            switch (names.getFirst()) {
                case "--runs" -> runs = Integer.parseInt(value);
                case "--spare" -> spare = Integer.parseInt(value);
                case "--systems" -> only = List.of(value.split(",", -1));
                default -> {
                    System.err.println("no option " + names.getFirst());
                    return 2;
                }
            }
            names = names.subList(2, names.size());
        }
        List<Experiment> wanted = new ArrayList<>();
        for (Experiment experiment : experiments()) {
            String id = experiment.id();
            if (names.isEmpty() || names.contains(id) || names.contains(id.replaceAll("-.*", ""))) {
                wanted.add(experiment);
            }
        }
        if (wanted.isEmpty()) {
            System.err.println(
                    "no scenario "
                            + names
                            + "; there are "
                            + experiments().stream().map(Experiment::id).toList());
            return 2;
        }
        if (!Torrents.possible()) {
            System.err.println("needs the Debian package python3-libtorrent too");
            return 2;
        }
        Map<String, Experiment.Outcome> outcomes = new LinkedHashMap<>();
        for (Experiment experiment : wanted) {
            System.out.println("measuring " + experiment.id() + " ...");
            Path work = Files.createTempDirectory("bench-" + experiment.id());
            try {
                Experiment.Outcome outcome =
                        experiment.measure(work, new Experiment.Tries(runs, spare, only));
                outcomes.put(experiment.id(), outcome);
                SwarmReport.print(experiment.id(), outcome, System.out);
            } finally {
                Commands.must("rm", "-rf", work.toString());
            }
            write(outcomes); // what there is, should a later one fail
        }
        System.out.println("\nwritten to " + Distribution.root().relativize(folder()));
        return 0;
    }

    private static Path folder() {
        return Distribution.root().resolve("itests/bench/target/figures");
    }

    private static void write(Map<String, Experiment.Outcome> outcomes) throws IOException {
        SwarmReport.writeJson(outcomes, folder().resolve("swarm.json"));
        SwarmReport.writeCsv(
                outcomes, folder().resolve("swarm-runs.csv"), folder().resolve("swarm-nodes.csv"));
        for (Map.Entry<String, Experiment.Outcome> entry : outcomes.entrySet()) {
            Experiment.Outcome outcome = entry.getValue();
            Files.writeString(
                    folder().resolve("swarm-" + entry.getKey() + ".svg"),
                    Plot.completions(
                            outcome.title(),
                            SwarmReport.command(entry.getKey()),
                            outcome.runs(),
                            outcome.bounds()));
        }
    }
}
