// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.CodecId;

class BlockShapeTest {
    private static final CodecId ID = new CodecId("rs", 4, 2, 10);

    @Test
    void onlyTheLastSourceSymbolIsShort() {
        BlockShape shape = new BlockShape(ID, 33);
        assertEquals(10, shape.length(0));
        assertEquals(3, shape.length(3));
        assertEquals(10, shape.length(4));
        assertEquals(40, shape.paddedBytes());
    }

    @Test
    void lengthsOfRanges() {
        BlockShape shape = new BlockShape(ID, 33);
        for (int first = 0; first < 6; first++) {
            for (int count = 1; first + count <= 6; count++) {
                int sum = 0;
                for (int i = first; i < first + count; i++) {
                    sum += shape.length(i);
                }
                assertEquals(sum, shape.length(first, count), first + " + " + count);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        for (int bytes : new int[] {-1, 0, 30, 41, Integer.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> new BlockShape(ID, bytes));
        }
        BlockShape shape = new BlockShape(ID, 40);
        assertThrows(IllegalArgumentException.class, () -> shape.checkLength(5, 9));
        assertThrows(IllegalArgumentException.class, () -> BlockShape.check(5, 2, 6));
        assertThrows(IllegalArgumentException.class, () -> BlockShape.check(-1, 1, 6));
        assertThrows(IllegalArgumentException.class, () -> BlockShape.check(0, 0, 6));
        assertThrows(
                IllegalArgumentException.class, () -> BlockShape.check(1, Integer.MAX_VALUE, 6));
    }
}
