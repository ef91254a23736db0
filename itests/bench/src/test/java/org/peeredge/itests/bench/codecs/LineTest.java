// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peeredge.itests.bench.Figure;
import org.peeredge.itests.bench.codecs.Trial.Blocks;

class LineTest {
    private static final Code CODE = new Code("rs", 10, 4, 100);
    private static final Blocks OURS = Blocks.of(Task.ENCODE, CODE);
    private static final Blocks ISAL = Blocks.of(Task.ISAL, CODE);
    private static final Line LINE =
            Line.beside("rs", "x", Reading.speed(OURS), Reading.speed(ISAL), ">= 1.2", "1.7");

    private static List<Map<String, Double>> nanos(double... all) {
        return Arrays.stream(all).mapToObj(n -> Map.of("nanos", n)).toList();
    }

    @Test
    void ratiosAreOfTheSameRoundAndTheirMedianCounts() {
        Measured measured = new Measured();
        measured.add(OURS, nanos(500, 1000));
        measured.add(ISAL, nanos(1000, 4000));
        measured.add(OURS, nanos(250));
        measured.add(ISAL, nanos(2000));
        Figure figure = LINE.figure(measured, trial -> "");
        assertEquals(List.of(2.0, 4.0, 8.0), figure.ratios());
        assertEquals(4.0, figure.ratio());
        assertEquals(2.0, figure.ours(), "1000 bytes in 500 ns");
        assertEquals("GB/s", figure.unit());
        assertEquals(">= 1.2", figure.must());
    }

    @Test
    void aRoundThatFailedCountsForNeither() {
        Measured measured = new Measured();
        measured.add(OURS, nanos(500));
        measured.add(ISAL, List.of());
        measured.add(OURS, nanos(1000));
        measured.add(ISAL, nanos(3000));
        assertEquals(List.of(3.0), LINE.figure(measured, trial -> "").ratios());
        assertTrue(LINE.figure(new Measured(), trial -> "").name().endsWith(": failed"));
    }

    @Test
    void whatIsLackingIsSaid() {
        Measured measured = new Measured();
        measured.add(OURS, nanos(500));
        Figure figure = LINE.figure(measured, CodecSuite.lacks(false, true));
        assertEquals("x: no libisal2", figure.name());
        assertEquals(2.0, figure.ours());
        assertTrue(Double.isNaN(figure.ratio()));
        Code natively = new Code(Codecs.NATIVE, 10, 4, 100);
        assertEquals(
                "no native kernel",
                CodecSuite.lacks(true, false).of(Blocks.of(Task.ENCODE, natively)));
        assertEquals("", CodecSuite.lacks(true, true).of(ISAL));
    }

    @Test
    void costsAreOfASourceByte() {
        Reading cost = Reading.cost(OURS);
        assertEquals(0.5, cost.of(Map.of("nanos", 500.0)));
        Reading allocated = new Reading(OURS, "allocated", Reading.Unit.BYTES_PER_BLOCK);
        assertEquals(40, allocated.of(Map.of("allocated", 40.0)));
        assertTrue(Double.isNaN(cost.of(Map.of())));
    }
}
