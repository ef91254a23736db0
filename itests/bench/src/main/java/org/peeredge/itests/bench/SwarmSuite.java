// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.peeredge.itests.bench.Experiment.Tries;
import org.peeredge.itests.lab.Distribution;

/**
 * {@code itests/bench/run swarm [--runs N] [--spare N] [--divide N] [--systems NAME,...] [SCENARIO
 * ...]}: PEB-1.
 */
final class SwarmSuite {
    private SwarmSuite() {}

    static List<Experiment> experiments() {
        List<Experiment> all = new ArrayList<>(Distributions.all());
        all.add(new Churn());
        all.add(new Rolling());
        all.add(new Liars());
        all.add(new SmallContent());
        all.add(new SmallDevice());
        all.add(new Seeding());
        all.add(FigureRows.cache());
        all.add(FigureRows.pair());
        return all;
    }

    /** What a command line asks for. */
    record Asked(List<Experiment> experiments, Tries tries) {
        /**
         * Reads it: all experiments where none is named; {@code p1} names all that are {@code p1-}
         * and a number, {@code p1h} those with an {@code h} after it.
         *
         * @throws IllegalArgumentException with what is wrong, for people
         */
        static Asked of(List<String> words) {
            int runs = Tries.USUAL.runs();
            int spare = Tries.USUAL.spare();
            int divide = Tries.USUAL.divide();
            List<String> only = Tries.USUAL.only();
            List<String> names = words;
            while (!names.isEmpty() && names.getFirst().startsWith("--")) {
                String option = names.getFirst();
                if (names.size() == 1) {
                    throw new IllegalArgumentException(option + " needs a value");
                }
                String value = names.get(1);
                switch (option) {
                    case "--runs" -> runs = number(option, value, 1);
                    case "--spare" -> spare = number(option, value, 0);
                    case "--divide" -> divide = number(option, value, 1);
                    case "--systems" -> only = List.of(value.split(",", -1));
                    default ->
                            throw new IllegalArgumentException(
                                    "no option "
                                            + option
                                            + "; there are --runs, --spare, --divide, --systems");
                }
                names = names.subList(2, names.size());
            }
            known("system", only, Arena.SYSTEMS);
            List<Experiment> all = SwarmSuite.experiments();
            List<String> ids = all.stream().map(Experiment::id).toList();
            Set<String> valid = new LinkedHashSet<>(ids);
            ids.forEach(id -> valid.add(group(id)));
            known("scenario", names, valid);
            List<String> wanted = names;
            List<Experiment> chosen =
                    all.stream()
                            .filter(one ->
                                    wanted.isEmpty()
                                            || wanted.contains(one.id())
                                            || (!ids.contains(group(one.id()))
                                                    && wanted.contains(group(one.id()))))
                            .toList();
            if (divide != 0) {
                known(
                        "divisible scenario",
                        chosen.stream().map(Experiment::id).toList(),
                        Distributions.all().stream().map(Experiment::id).toList());
            }
            return new Asked(chosen, new Tries(runs, spare, only, divide));
        }

        private static String group(String id) {
            return id.replaceAll("-\\d+", "");
        }

        private static int number(String option, String value, int least) {
            if (!value.matches("\\d{1,4}") || Integer.parseInt(value) < least) {
                throw new IllegalArgumentException(
                        option + " takes a number from " + least + ", not '" + value + "'");
            }
            return Integer.parseInt(value);
        }

        private static void known(String what, List<String> names, Collection<String> there) {
            for (String name : names) {
                if (!there.contains(name)) {
                    throw new IllegalArgumentException(
                            "no "
                                    + what
                                    + " '"
                                    + name
                                    + "'; there are "
                                    + String.join(", ", there));
                }
            }
        }
    }

    /** Measures what is asked for; returns the exit status. */
    static int run(List<String> words) throws IOException, InterruptedException {
        Asked asked;
        try {
            asked = Asked.of(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        Tries tries = asked.tries();
        if (!Torrents.possible()) {
            System.err.println("needs the Debian package python3-libtorrent too");
            return 2;
        }
        Map<String, Experiment.Outcome> outcomes = new LinkedHashMap<>();
        for (Experiment experiment : asked.experiments()) {
            String id = experiment.id();
            System.out.println("measuring " + id + " ...");
            try (AtEnd.Folder work = AtEnd.folder(Files.createTempDirectory("bench-" + id))) {
                Experiment.Outcome outcome = experiment.measure(work.path(), tries);
                outcomes.put(id, outcome);
                SwarmReport.print(tries.command(id), outcome, System.out);
            }
            write(outcomes, tries); // what there is, should a later one fail
        }
        System.out.println("\nwritten to " + Distribution.root().relativize(folder()));
        return 0;
    }

    private static Path folder() {
        return Distribution.root().resolve("itests/bench/target/figures");
    }

    private static void write(Map<String, Experiment.Outcome> outcomes, Tries tries)
            throws IOException {
        SwarmReport.writeJson(outcomes, tries, folder().resolve("swarm.json"));
        SwarmReport.writeCsv(
                outcomes, folder().resolve("swarm-runs.csv"), folder().resolve("swarm-nodes.csv"));
        for (Map.Entry<String, Experiment.Outcome> entry : outcomes.entrySet()) {
            Experiment.Outcome outcome = entry.getValue();
            if (outcome.runs().isEmpty()) {
                continue; // not a distribution: there is nothing to draw
            }
            Files.writeString(
                    folder().resolve("swarm-" + entry.getKey() + ".svg"),
                    Plot.completions(
                            outcome.title(),
                            tries.command(entry.getKey()),
                            outcome.runs(),
                            outcome.bounds()));
        }
    }
}
