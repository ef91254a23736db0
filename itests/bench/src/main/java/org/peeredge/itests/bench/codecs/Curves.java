// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.peeredge.itests.bench.Figure;
import org.peeredge.itests.bench.codecs.Curve.Point;
import org.peeredge.itests.bench.codecs.Curve.Series;
import org.peeredge.itests.lab.Distribution;

/** What each codec costs a byte over k; written to {@code docs/codecs.svg}. */
final class Curves {
    static final String ROW = "curve";
    private static final List<Integer> ALL =
            List.of(16, 64, 256, 1024, 2048, 4096, 8192, 16384, 32768);

    /** What codes of at most 255 symbols can do. */
    private static final List<Integer> FEW = List.of(4, 16, 32, 64, 128, 168);

    /** A curve to be measured. */
    private record Wanted(
            String name, String colour, Task task, List<Integer> ks, IntFunction<Code> code) {
        Reading at(int k) {
            return Reading.cost(Trial.Blocks.of(task, code.apply(k)));
        }

        Series of(Measured measured) {
            List<Point> points = new ArrayList<>();
            for (int k : ks) {
                double nanos = Figure.median(measured.all(at(k)));
                if (!Double.isNaN(nanos)) {
                    points.add(new Point(k, nanos));
                }
            }
            return new Series(name, colour, task == Task.DECODE, points);
        }
    }

    private Curves() {}

    private static List<Wanted> wanted() {
        List<Wanted> all = new ArrayList<>();
        both(all, "rs", "#1f77b4", FEW);
        if (!Codecs.nativeForm().isEmpty()) {
            both(all, Codecs.NATIVE, "#9467bd", FEW);
        }
        both(all, "fft", "#2ca02c", ALL);
        both(all, "raptorq", "#d62728", ALL);
        all.add(new Wanted("XOR of random symbols", "#555", Task.XOR, ALL, Table::symbols));
        all.add(new Wanted("memcpy of random symbols", "#999", Task.COPY, ALL, Table::symbols));
        return all;
    }

    private static void both(List<Wanted> all, String codec, String colour, List<Integer> ks) {
        for (Task task : List.of(Task.ENCODE, Task.DECODE)) {
            String name = codec + (task == Task.ENCODE ? " encode" : " decode");
            all.add(new Wanted(name, colour, task, ks, k -> Table.of(codec, k)));
        }
    }

    /** All points, as figures. */
    static List<Figure> measure(int rounds) throws IOException {
        List<Wanted> all = wanted();
        List<Trial> trials = new ArrayList<>();
        all.forEach(one -> one.ks().forEach(k -> trials.add(one.at(k).trial())));
        Measured measured = CodecSuite.measure(trials, rounds);
        List<String> lines =
                List.of(
                        "Cost of a source byte: m = k/2 repair symbols of "
                                + Table.SYMBOL_BYTES
                                + " bytes; decode with m random losses",
                        "itests/bench/run codecs curve (CPU time of one thread, medians; "
                                + processor()
                                + ")");
        Path file = Distribution.root().resolve("docs/codecs.svg");
        Files.writeString(file, Curve.svg(lines, all.stream().map(o -> o.of(measured)).toList()));
        System.out.println("\nwritten to " + Distribution.root().relativize(file));
        List<Figure> figures = new ArrayList<>();
        for (Wanted one : all) {
            for (int k : one.ks()) {
                Line line = Line.alone(ROW, one.name() + " k=" + k, one.at(k), "", "");
                figures.add(line.figure(measured, trial -> ""));
            }
        }
        return figures;
    }

    private static String processor() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("processor unknown");
    }
}
