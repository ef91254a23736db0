// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A scenario with what is done in it. */
interface Experiment {
    /** As on the command line. */
    String id();

    /**
     * How often something is measured.
     *
     * @param runs that are wanted of each system
     * @param spare more of them, where some are thrown away
     * @param only the systems that are measured; empty for all of a scenario
     * @param divide by what rates and sizes are divided; 0: by what the scenario says
     */
    record Tries(int runs, int spare, List<String> only, int divide) {
        /** What is done where nothing is said. */
        static final Tries USUAL = new Tries(3, 2, List.of(), 0);

        /** Systems of a scenario that are measured. */
        List<String> systems(Scenario scenario) {
            return scenario.systems().stream()
                    .filter(system -> only.isEmpty() || only.contains(system))
                    .toList();
        }

        /** The command that does it. */
        String command(String id) {
            StringBuilder words = new StringBuilder("itests/bench/run swarm ");
            if (runs != USUAL.runs) {
                words.append("--runs ").append(runs).append(' ');
            }
            if (spare != USUAL.spare) {
                words.append("--spare ").append(spare).append(' ');
            }
            if (divide != 0) {
                words.append("--divide ").append(divide).append(' ');
            }
            if (!only.isEmpty()) {
                String names = String.join(",", only);
                words.append("--systems ")
                        .append(names.contains(" ") ? "'" + names + "'" : names)
                        .append(' ');
            }
            return words.append(id).toString();
        }
    }

    /** Does it. */
    Outcome measure(Path work, Tries tries) throws IOException, InterruptedException;

    /**
     * What came of it.
     *
     * @param title for people
     * @param runs all of them, those thrown away too
     * @param rows figures of those that count
     * @param bounds seconds, by what they are the bound of
     */
    record Outcome(
            String title, List<SwarmRun> runs, List<SwarmRow> rows, Map<String, Double> bounds) {}
}
