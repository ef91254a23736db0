// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

class LanWindowTest {
    private final LanWindow window = new LanWindow();
    private final ArrayDeque<Long> underWay = new ArrayDeque<>();
    private long now;
    private long wayFreeNanos;

    /** A way that a piece takes so long to pass, after a delay, one after the other. */
    private void run(long eachNanos, long delayNanos, long forNanos) {
        ArrayDeque<Long> ends = new ArrayDeque<>();
        long end = now + forNanos;
        while (now < end) {
            while (underWay.size() < window.pieces(0)) {
                wayFreeNanos = Math.max(wayFreeNanos, now + delayNanos) + eachNanos;
                underWay.add(now);
                ends.add(wayFreeNanos);
            }
            now = ends.removeFirst();
            window.arrived(underWay.removeFirst(), now);
        }
        while (!ends.isEmpty()) {
            now = ends.removeFirst();
            window.arrived(underWay.removeFirst(), now);
        }
    }

    @Test
    void aWindowDoesNotGrowByTheQueueThatItMakes() {
        run(100 * Time.MILLI, 5 * Time.MILLI, 125 * Time.SECOND);
        assertTrue(window.pieces(0) <= 6, () -> window.pieces(0) + " pieces");
        assertTrue(window.patienceNanos() <= 3 * Time.SECOND);
    }

    @Test
    void aWayThatGetsSlowerIsNotFilled() {
        run(100 * Time.MILLI, 5 * Time.MILLI, 15 * Time.SECOND);
        run(700 * Time.MILLI, 5 * Time.MILLI, 125 * Time.SECOND);
        assertTrue(window.pieces(0) <= 4, () -> window.pieces(0) + " pieces");
    }

    @Test
    void aLongFatWayIsFilled() {
        run(2 * Time.MILLI, 100 * Time.MILLI, 25 * Time.SECOND);
        assertTrue(window.pieces(0) >= 50, () -> window.pieces(0) + " pieces, 51 fill it");
        assertTrue(window.pieces(0) <= 150, () -> window.pieces(0) + " pieces");
    }

    @Test
    void aBurstShowsNoRate() {
        run(100 * Time.MILLI, 5 * Time.MILLI, 15 * Time.SECOND);
        for (int i = 0; i < 8; i++) {
            window.arrived(now - Time.SECOND, now + i);
        }
        assertTrue(window.pieces(0) <= 20, () -> window.pieces(0) + " pieces");
    }

    @Test
    void aPieceThatIsSlowBesideTheOthersIsHeldUpByItsSource() {
        assertEquals(3 * Time.SECOND, window.slowNanos());
        run(100 * Time.MILLI, 0, 10 * Time.SECOND);
        assertTrue(window.slowNanos() < 2 * Time.SECOND);
        assertTrue(window.slowNanos() < window.patienceNanos());
    }
}
