// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTest {
    /** A tick is a quarter of a second. */
    private static Machine.Seen seen(double... leastBusyCore) {
        List<double[]> busy = new ArrayList<>();
        for (double least : leastBusyCore) {
            busy.add(new double[] {least, 1});
        }
        return Machine.seen(busy, 0);
    }

    @Test
    void allTicksWithAllCoresBusyCountNotOnlyThoseInARow() {
        Machine.Seen seen = seen(1, 0, 1, 0, 0.95, 0, 1, 0.9);
        assertEquals(1, seen.saturatedSeconds());
        assertEquals("1.00 s with all cores busy", seen.doubts(10));
        assertEquals("", seen.doubts(11));
        assertEquals("", seen(1, 0, 1, 0, 1, 0).doubts(1));
    }

    @Test
    void busyIsTheMeanOfTimeAndCores() {
        assertEquals(0.75, seen(0, 1).busy());
        assertEquals(0, seen().busy());
    }
}
