// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.peeredge.itests.bench.cache.CacheRows;

/**
 * Rows of another suite that PEB-1 has too, so that all of its figures are in one file. They repeat
 * what they measure themselves: {@code --runs} does not change that, and a busy machine shows in
 * their spread only.
 *
 * @param id as on the command line
 * @param title for people
 * @param goals must and aim of a row by its name, where PEB-1 asks for others than the row has
 */
record FigureRows(String id, String title, List<Main.Row> rows, Function<Figure, Goal> goals)
        implements Experiment {

    /** What PEB-1 asks for. */
    record Goal(String must, String aim) {
        static Goal of(Figure figure) {
            return new Goal(figure.must(), figure.aim());
        }
    }

    /** P10: cache policies; computes only. */
    static FigureRows cache() {
        return new FigureRows(
                "p10",
                "cache policies against others and offline bounds",
                List.of(CacheRows::zipf, CacheRows::scans, CacheRows::shift),
                Goal::of);
    }

    /** One pair on loopback. */
    static FigureRows pair() {
        return new FigureRows(
                "pair",
                "one pair, loopback, tcp; beside it nginx with TLS to curl",
                List.of(Pair::measure),
                figure ->
                        figure.unit().equals("s")
                                ? new Goal("<= 2.0", "1.4")
                                : new Goal(">= 0.9", "1.2"));
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        if (!tries.only().isEmpty() && !tries.only().contains(Arena.PLAIN)) {
            System.out.println("  none of these systems; there is " + Arena.PLAIN);
            return new Outcome(title, List.of(), List.of(), Map.of());
        }
        List<SwarmRow> all = new ArrayList<>();
        for (Main.Row row : rows) {
            for (Figure figure : row.measure(work)) {
                all.addAll(rows(figure, goals.apply(figure)));
            }
        }
        return new Outcome(title, List.of(), all, Map.of());
    }

    /** A row of what is judged; where that is a ratio, one of what it is the ratio of, too. */
    static List<SwarmRow> rows(Figure figure, Goal goal) {
        boolean alone = Double.isNaN(figure.peer());
        SwarmRow judged =
                SwarmRow.of(
                                figure.name(),
                                alone ? figure.unit() : "x",
                                Map.of(Arena.PLAIN, figure.ratios()))
                        .goal(goal.must(), goal.must(), goal.aim());
        if (alone) {
            return List.of(judged);
        }
        SwarmRow both =
                SwarmRow.of(
                        figure.name() + ": ours and the other's",
                        figure.unit(),
                        Map.of(
                                Arena.PLAIN,
                                List.of(figure.ours()),
                                "peer",
                                List.of(figure.peer())));
        return List.of(judged, both);
    }
}
