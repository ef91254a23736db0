// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LanOrderTest {
    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void everyPieceHasOnePlaceInItsWindow() {
        for (int i = 0; i < 300; i++) {
            int pieces = random.nextInt(1, 300);
            LanOrder order = new LanOrder(random.nextLong(), random.nextInt(1, 40));
            BitSet seen = new BitSet();
            for (int place = 0; place < pieces; place++) {
                int piece = order.piece(place, pieces);
                assertEquals(LanOrder.window(place), LanOrder.window(piece));
                assertTrue(piece < pieces);
                seen.set(piece);
            }
            assertEquals(pieces, seen.cardinality());
        }
    }

    @Test
    void alonePiecesAreTakenInTheirOwnOrder() {
        for (int place = 0; place < 200; place++) {
            assertEquals(place, LanOrder.PLAIN.piece(place, 200));
        }
    }

    @Test
    void piecesThatAreDealtTogetherStayTogether() {
        LanOrder order = new LanOrder(5, 4);
        for (int place = 0; place < 128; place += 4) {
            int first = order.piece(place, 128);
            assertEquals(0, first % 4);
            assertEquals(first + 3, order.piece(place + 3, 128));
        }
    }

    /** Two LANs at the same place of their orders seldom want the same piece. */
    @Test
    void lansDiffer() {
        int same = 0;
        for (int i = 0; i < 1000; i++) {
            LanOrder one = new LanOrder(random.nextLong(), 4);
            LanOrder other = new LanOrder(random.nextLong(), 4);
            int place = random.nextInt(64);
            same += one.piece(place, 64) == other.piece(place, 64) ? 1 : 0;
        }
        assertTrue(same < 120, same + " of 1000 are the same: one in 16 by chance");
    }
}
