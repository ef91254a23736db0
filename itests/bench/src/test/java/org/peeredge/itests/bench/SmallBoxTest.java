// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Ran;

class SmallBoxTest {
    /** A tenth of a core for what would take a quarter of a second of one. */
    private static final String BUSY =
            "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; grep -c peeredge-bench /proc/self/cgroup";

    @Test
    void whatRunsInsideIsInsideAndIsHeldBack() throws IOException {
        assumeTrue(SmallBox.possible(), "control groups cannot be changed here");
        try (SmallBox box = SmallBox.make(0.1, 64 << 20)) {
            List<String> words = new ArrayList<>(box.launcher());
            words.addAll(List.of("sh", "-c", BUSY + "; echo $EXTRA_JAVA_OPTS"));
            Ran ran = Commands.run(Duration.ofMinutes(1), Map.of(), words).ok();
            List<String> said = ran.output().lines().toList();
            assertTrue(Integer.parseInt(said.getFirst()) > 0, ran.output());
            assertEquals("-XX:-UseAES", said.getLast());
            assertTrue(box.throttledSeconds() > 0, "it was let run all the time");
            assertTrue(box.peakBytes() > 0 && box.peakBytes() < 64 << 20);
        }
    }
}
