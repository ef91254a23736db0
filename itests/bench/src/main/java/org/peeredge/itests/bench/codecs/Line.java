// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.peeredge.itests.bench.Figure;

/**
 * A line of the table.
 *
 * @param row what it is asked for by, on the command line
 * @param name what is measured
 * @param ours of ours
 * @param peer of what it is held against; none where it stands alone
 * @param must the floor, with its comparison
 * @param aim what we want
 */
record Line(
        String row, String name, Reading ours, Optional<Reading> peer, String must, String aim) {
    /** Ours over a peer's. */
    static Line beside(
            String row, String name, Reading ours, Reading peer, String must, String aim) {
        return new Line(row, name, ours, Optional.of(peer), must, aim);
    }

    /** Ours alone. */
    static Line alone(String row, String name, Reading ours, String must, String aim) {
        return new Line(row, name, ours, Optional.empty(), must, aim);
    }

    /** What has to be measured for it. */
    Stream<Trial> trials() {
        return Stream.concat(Stream.of(ours), peer.stream()).map(Reading::trial);
    }

    /** Of what was measured; the name says so where something is missing. */
    Figure figure(Measured measured, Lacks lacks) {
        String unit = ours.unit().label();
        String lacking = trials().map(lacks::of).filter(s -> !s.isEmpty()).findFirst().orElse("");
        if (peer.isEmpty() || !lacking.isEmpty()) {
            List<Double> all = measured.all(ours);
            if (peer.isEmpty() && !all.isEmpty()) {
                return Figure.of(name, all, must, aim, unit);
            }
            String why = lacking.isEmpty() ? "failed" : lacking;
            double median = Figure.median(all);
            return new Figure(
                    name + ": " + why, median, Double.NaN, Double.NaN, must, aim, unit, "-", all);
        }
        Measured.Pairs pairs = measured.pairs(ours, peer.get());
        String failed = pairs.ours().isEmpty() ? ": failed" : "";
        return Figure.of(name + failed, pairs.ours(), pairs.peer(), must, aim, unit);
    }

    /** What this machine lacks. */
    interface Lacks {
        /** What a trial would need, as {@code no libisal2}; empty where it is there. */
        String of(Trial trial);
    }
}
