// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.itests.bench.SwarmSuite.Asked;

class SwarmSuiteTest {
    private static Asked asked(String... words) {
        return Asked.of(List.of(words));
    }

    private static List<String> ids(String... words) {
        return asked(words).experiments().stream().map(Experiment::id).toList();
    }

    @Test
    void scenariosAreNamedOneByOneOrByGroup() {
        assertEquals(List.of("p1-4", "p1-8", "p1-16", "p1-32"), ids("p1"));
        assertEquals(List.of("p1-4h", "p1-8h", "p1-16h", "p1-32h"), ids("p1h"));
        assertEquals(List.of("p2", "p7"), ids("p7", "p2"));
        assertEquals(List.of("p3"), ids("p3"), "and not p3-16");
        assertEquals(List.of("p10"), ids("p10"));
        assertEquals(SwarmSuite.experiments().size(), ids().size());
    }

    @Test
    void theCommandSaysWhatWasAsked() {
        assertEquals(
                "itests/bench/run swarm --runs 1 --systems 'peeredge + helper,baseline' p2",
                asked("--systems", "peeredge + helper,baseline", "--runs", "1", "p2")
                        .tries()
                        .command("p2"));
        assertEquals(
                "itests/bench/run swarm --spare 0 --systems peeredge p1-4",
                asked("--spare", "0", "--systems", "peeredge").tries().command("p1-4"));
        assertEquals(
                "itests/bench/run swarm --divide 8 p1-8",
                asked("--divide", "8", "p1-8").tries().command("p1-8"));
        assertEquals("itests/bench/run swarm p3", asked("p3").tries().command("p3"));
    }

    @Test
    void whatIsNotKnownIsRefusedWithWhatIs() {
        refused("p1-4, p1-8", "p1-5");
        refused("rolling", "p2", "p4");
        refused("super-seed", "--systems", "peeredge,torrent");
        refused("--runs", "--rums", "1");
        refused("needs a value", "--runs");
        refused("a number from 1", "--runs", "0");
        refused("a number from 0", "--spare", "some");
        refused("no divisible scenario 'p7'", "--divide", "8", "p2", "p7");
        refused("no scenario '--runs'", "p2", "--runs", "1");
    }

    private static void refused(String why, String... words) {
        Throwable thrown = assertThrows(IllegalArgumentException.class, () -> asked(words));
        String said = String.valueOf(thrown.getMessage());
        assertTrue(said.contains(why), said);
    }
}
