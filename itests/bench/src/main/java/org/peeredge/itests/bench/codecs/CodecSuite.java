// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.runner.RunnerException;
import org.peeredge.itests.bench.Figure;

/** Suite {@code codecs}: all that the wanted lines need takes turns, round after round. */
public final class CodecSuite {
    private static final String ROUNDS = "--rounds";

    private CodecSuite() {}

    /**
     * What was asked for.
     *
     * @param rounds how often each trial is run
     * @param wanted names of rows; none means all but the curve
     */
    record Asked(int rounds, Set<String> wanted) {
        /**
         * Of the words of the command line.
         *
         * @throws IllegalArgumentException with what is not known
         */
        static Asked of(List<String> words) {
            int rounds = 3;
            Set<String> wanted = new LinkedHashSet<>();
            for (int i = 0; i < words.size(); i++) {
                String word = words.get(i);
                if (word.equals(ROUNDS)) {
                    String number = ++i < words.size() ? words.get(i) : "";
                    if (!number.matches("[1-9][0-9]?")) {
                        throw new IllegalArgumentException(ROUNDS + " needs a number from 1 to 99");
                    }
                    rounds = Integer.parseInt(number);
                } else if (rows().contains(word)) {
                    wanted.add(word);
                } else {
                    throw new IllegalArgumentException(
                            "no row '" + word + "'; there are " + rows());
                }
            }
            return new Asked(rounds, wanted);
        }

        /** All but the curve, which takes as long as all others. */
        boolean wants(String row) {
            return wanted.isEmpty() ? !row.equals(Curves.ROW) : wanted.contains(row);
        }
    }

    /** What rows there are. */
    public static Set<String> rows() {
        Set<String> rows = new LinkedHashSet<>();
        Table.lines("").forEach(line -> rows.add(line.row()));
        rows.add(Reception.ROW);
        rows.add(Curves.ROW);
        return rows;
    }

    /** Whether no row is named. */
    public static boolean wantsAll(List<String> words) {
        return Asked.of(words).wanted().isEmpty();
    }

    /**
     * Measures.
     *
     * @param words rows, and {@code --rounds N}
     * @throws IllegalArgumentException with what is not known
     */
    public static List<Figure> measure(List<String> words) throws IOException {
        Asked asked = Asked.of(words);
        String nativeForm = Codecs.nativeForm();
        List<Line> lines =
                Table.lines(nativeForm).stream().filter(line -> asked.wants(line.row())).toList();
        Line.Lacks lacks = lacks(Isal.there(), !nativeForm.isEmpty());
        Set<Trial> trials = new LinkedHashSet<>();
        lines.forEach(
                line -> line.trials().filter(t -> lacks.of(t).isEmpty()).forEach(trials::add));
        Measured measured = measure(List.copyOf(trials), asked.rounds());
        List<Figure> figures = new ArrayList<>();
        lines.forEach(line -> figures.add(line.figure(measured, lacks)));
        if (asked.wants(Reception.ROW)) {
            figures.addAll(Reception.measure(Reception.TRIALS));
        }
        if (asked.wants(Curves.ROW)) {
            figures.addAll(Curves.measure(asked.rounds()));
        }
        return figures;
    }

    /** Of what is there. */
    static Line.Lacks lacks(boolean isal, boolean natively) {
        return trial -> {
            if (!isal && trial instanceof Trial.Blocks blocks && blocks.task() == Task.ISAL) {
                return "no libisal2";
            }
            boolean lacking = !natively && trial.code().codec().equals(Codecs.NATIVE);
            return lacking ? "no native kernel" : "";
        };
    }

    /** Every second round goes backwards, so that no trial is always the one after another. */
    static Measured measure(List<Trial> trials, int rounds) throws IOException {
        Measured measured = new Measured();
        List<Trial> order = new ArrayList<>(trials);
        for (int round = 1; round <= rounds; round++) {
            System.out.printf("round %d of %d, %d JVMs%n", round, rounds, order.size());
            for (Trial trial : order) {
                measured.add(trial, run(trial));
            }
            Collections.reverse(order);
        }
        shares(measured);
        return measured;
    }

    private static void shares(Measured measured) {
        List<Double> shares = measured.everywhere("share");
        if (shares.isEmpty()) {
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "%nThreads that were measured had a core %.0f %% of the time (median; least %.0f %%).%n",
                100 * Figure.median(shares),
                100 * shares.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN));
    }

    private static List<Map<String, Double>> run(Trial trial) throws IOException {
        try {
            List<Map<String, Double>> iterations = Forks.run(trial);
            System.out.printf("  %s: %s%n", trial.label(), medians(iterations));
            return iterations;
        } catch (RunnerException e) {
            System.out.printf("  %s failed: %s%n", trial.label(), reason(e));
            return List.of();
        }
    }

    /** JMH wraps what happened, and attaches it to what it wraps it in. */
    private static Throwable reason(Throwable thrown) {
        Throwable[] attached = thrown.getSuppressed();
        Throwable inner = attached.length > 0 ? attached[0] : thrown.getCause();
        return inner == null ? thrown : reason(inner);
    }

    private static String medians(List<Map<String, Double>> iterations) {
        StringBuilder all = new StringBuilder();
        for (String counter :
                iterations.isEmpty() ? Set.<String>of() : iterations.getFirst().keySet()) {
            double median =
                    Figure.median(
                            iterations.stream()
                                    .map(i -> i.getOrDefault(counter, Double.NaN))
                                    .toList());
            all.append(String.format(Locale.ROOT, " %s %.2f", counter, median));
        }
        return all.toString().strip();
    }
}
