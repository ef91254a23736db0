// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How many answers go at once, and for how long those who do not read hold up the others. */
class UplinkTest {
    private static final int PIECE = 256 << 10;

    private final Uplink uplink = new Uplink();
    private long now;

    private void leaves(long afterNanos) {
        long begun = now;
        now += afterNanos;
        uplink.left(PIECE, PIECE, begun, now);
    }

    @Test
    void aFastWayOutTakesMore() {
        for (int i = 0; i < 50; i++) {
            leaves(2 * Time.MILLI); // a gigabit
        }
        assertEquals(4 + 20, uplink.slots(now));
    }

    @Test
    void aSlowWayOutTakesFew() {
        for (int i = 0; i < 50; i++) {
            leaves(200 * Time.MILLI); // ten megabits
        }
        assertEquals(4, uplink.slots(now));
        assertEquals(4, uplink.slots(now + 999 * Time.MILLI), "still on its way");
    }

    @Test
    void whileNothingLeavesMoreMayGo() {
        for (int i = 0; i < 50; i++) {
            leaves(10 * Time.MILLI);
        }
        assertEquals(8, uplink.slots(now));
        assertTrue(uplink.slots(now + Time.SECOND / 2) >= 16);
        assertEquals(64, uplink.slots(now + 2 * Time.SECOND));
    }

    /** However slow those were that it has sent to last. */
    @Test
    void noReaderIsSoSlowThatOthersWaitLonger() {
        for (int i = 0; i < 50; i++) {
            leaves(10 * Time.SECOND);
        }
        assertEquals(8, uplink.slots(now + Time.SECOND));
    }
}
