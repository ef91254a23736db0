// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficTest {
    /**
     * A and B over 2 s in steps of 0.1 s: 1,000 bytes a step each way, and B 9,000 more up from 1.0
     * to 1.2 s.
     */
    private static Traffic traffic() {
        List<String> lines = new ArrayList<>(List.of("time_s,kind,name,up_bytes,down_bytes"));
        long up = 500;
        for (int step = 0; step <= 20; step++) {
            lines.add(
                    "%d.%d00,uplink,A,%d,%d"
                            .formatted(step / 10, step % 10, step * 1000, step * 1000));
            lines.add("%d.%d00,uplink,B,%d,%d".formatted(step / 10, step % 10, up, step * 1000));
            up += step == 10 || step == 11 ? 10_000 : 1000;
        }
        return Traffic.parse(lines);
    }

    @Test
    void countsFromTheFirstSampleToTheLast() {
        assertEquals(20_000, traffic().down("A"));
        assertEquals(38_000, traffic().up("B"));
    }

    @Test
    void findsThePeakOfAllLinksOverAWindow() {
        // 5 steps of 4 x 1,000 bytes, and 18,000 more, in half a second
        assertEquals(38_000 * 8 / 0.5, traffic().peakBits(List.of("A", "B"), 0.5), 1);
        assertEquals(2000 * 8 / 0.1, traffic().peakBits(List.of("A"), 0.5), 1);
    }

    @Test
    void findsTheLongestPauseAndTheEnd() {
        List<String> lines = new ArrayList<>(List.of("time_s,kind,name,up_bytes,down_bytes"));
        long down = 0;
        for (int step = 0; step <= 40; step++) {
            lines.add("%d.%d00,host,h1,0,%d".formatted(step / 10, step % 10, down));
            boolean quiet = (step >= 12 && step < 20) || (step >= 25 && step < 28) || step >= 33;
            down += quiet ? 50 : 1000;
        }
        Traffic traffic = Traffic.parse(lines);
        assertEquals(0.8, traffic.longestPause("h1", 1.0, 3.2, 5000), 1e-6);
        assertEquals(0.3, traffic.longestPause("h1", 2.2, 3.2, 5000), 1e-6);
        assertEquals(0.5, traffic.longestPause("h1", 1.0, 1.7, 5000), 1e-6, "it is not over");
        assertEquals(0.0, traffic.longestPause("h1", 0.0, 4.0, 100), 1e-6);
        assertEquals(0.0, traffic.longestPause("h1", 2.0, 2.0, 5000), 1e-6);
        assertEquals(3.3, traffic.lastReceived("h1", 5000), 1e-6);
        assertEquals(0.0, traffic.lastReceived("h1", 50_000), 1e-6);
    }
}
