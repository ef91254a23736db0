// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SwarmRowTest {
    private static final String LIAR = Arena.HELPED + " + 1 liar";
    private static final double NEVER = Double.POSITIVE_INFINITY;

    private static SwarmRow row(Map<String, List<Double>> values) {
        return SwarmRow.of("banned", "s", values).goal("<= 3", "<= 5", "1");
    }

    @Test
    void whatMustHoldDependsOnTheSystem() {
        SwarmRow row = row(Map.of());
        assertEquals("<= 3", row.must(Arena.PLAIN));
        assertEquals("<= 5", row.must(Arena.HELPED));
        assertEquals("<= 5", row.must(LIAR));
        assertEquals("", row.must(Arena.BASELINE));
        assertEquals("", row.must("baseline (its bound)"));
    }

    @Test
    void theMedianIsJudged() {
        SwarmRow row = row(Map.of(Arena.PLAIN, List.of(1.0, 2.0, 9.0), LIAR, List.of(6.0, 7.0)));
        assertTrue(row.held(Arena.PLAIN));
        assertFalse(row.held(LIAR));
        assertFalse(row.held(Arena.HELPED), "nothing is known of it");
        assertTrue(row.held(Arena.BASELINE), "nothing must hold for it");
    }

    @Test
    void onePullInWhichALiarStaysIsEnough() {
        SwarmRow row = row(Map.of(LIAR, List.of(1.0, NEVER, 1.0)));
        assertTrue(row.held(LIAR));
        assertFalse(row.ofTheWorst().held(LIAR));
        assertTrue(row.ofTheWorst().held(Arena.BASELINE));
        assertFalse(row(Map.of(LIAR, List.of(NEVER))).held(LIAR));
    }

    @Test
    void atLeastIsJudgedByTheLeast() {
        SwarmRow row =
                SwarmRow.of("ratio", "x", Map.of(Arena.PLAIN, List.of(2.0, 4.0, 5.0)))
                        .goal(">= 3", ">= 3", "");
        assertTrue(row.held(Arena.PLAIN));
        assertFalse(row.ofTheWorst().held(Arena.PLAIN));
    }

    @Test
    void aRatioToWhatWasNotMeasuredIsNotThere() {
        SwarmRow row =
                row(Map.of(Arena.PLAIN, List.of(2.0, 4.0), Arena.BASELINE, List.of(6.0, 12.0)));
        assertEquals(
                List.of(4.5, 2.25), row.versus(Arena.BASELINE, true).values().get(Arena.PLAIN));
        assertEquals(Map.of(), row.versus(Arena.TORRENT, true).values());
    }
}
