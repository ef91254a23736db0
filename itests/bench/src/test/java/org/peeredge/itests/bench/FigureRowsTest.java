// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FigureRowsTest {
    @Test
    void whatStandsAloneIsJudgedItself() {
        Figure figure = Figure.of("turnovers", List.of(0.5, 0.7, 0.9), "<= 1", "", "s");
        List<SwarmRow> rows = FigureRows.rows(figure, FigureRows.Goal.of(figure));
        assertEquals(1, rows.size());
        assertEquals(Map.of(Arena.PLAIN, List.of(0.5, 0.7, 0.9)), rows.getFirst().values());
        assertEquals("s", rows.getFirst().unit());
        assertTrue(rows.getFirst().held(Arena.PLAIN));
    }

    @Test
    void whatHasAPeerIsJudgedByTheRatio() {
        Figure figure =
                Figure.of("goodput", List.of(2.0, 4.0), List.of(4.0, 4.0), "", "", "Gbit/s");
        List<SwarmRow> rows = FigureRows.rows(figure, new FigureRows.Goal(">= 0.9", "1.2"));
        assertEquals(Map.of(Arena.PLAIN, List.of(0.5, 1.0)), rows.getFirst().values());
        assertEquals("x", rows.getFirst().unit());
        assertFalse(rows.getFirst().held(Arena.PLAIN));
        assertEquals(
                Map.of(Arena.PLAIN, List.of(3.0), "peer", List.of(4.0)), rows.getLast().values());
        assertEquals("Gbit/s", rows.getLast().unit());
    }
}
