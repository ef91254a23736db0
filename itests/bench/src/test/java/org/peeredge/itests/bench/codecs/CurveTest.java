// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.itests.bench.codecs.Curve.Point;
import org.peeredge.itests.bench.codecs.Curve.Series;

class CurveTest {
    @Test
    void axesAreLogarithmicAndNamesEscaped() {
        Series series =
                new Series(
                        "a<b",
                        "red",
                        true,
                        List.of(new Point(16, 0.1), new Point(64, 0.2), new Point(256, 0.4)));
        String svg = Curve.svg(List.of("title"), List.of(series));
        assertTrue(svg.contains(">a&lt;b<"), svg);
        assertTrue(svg.contains("stroke-dasharray"));
        assertTrue(svg.contains("<polyline points=\"60.0,"), "from the left edge");
        assertTrue(svg.contains("cx=\"370.0\""), "the middle of the axis is the geometric mean");
        assertEquals(3, svg.split("<circle ", -1).length - 1);
        assertTrue(svg.endsWith("</svg>\n"));
    }

    @Test
    void nothingMeasuredIsNoFailure() {
        assertTrue(
                Curve.svg(List.of(), List.of(new Series("x", "red", false, List.of())))
                        .contains("</svg>"));
    }
}
