// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LossesTest {
    @Test
    void kOfAllAreLeftAscendingAndOthersEachTime() {
        Losses losses = new Losses(1024, 512);
        int[] before = losses.next().clone();
        for (int block = 0; block < 100; block++) {
            int[] left = losses.next();
            assertEquals(1024, left.length);
            for (int i = 1; i < left.length; i++) {
                assertTrue(left[i - 1] < left[i]);
            }
            assertTrue(left[0] >= 0 && left[1023] < 1536);
            assertFalse(Arrays.equals(before, left));
            before = left;
        }
    }

    @Test
    void eachSymbolIsLostAsOftenAsAnother() {
        Losses losses = new Losses(10, 5);
        int[] seen = new int[15];
        int blocks = 30_000;
        for (int block = 0; block < blocks; block++) {
            for (int number : losses.next()) {
                seen[number]++;
            }
        }
        for (int count : seen) {
            assertEquals(10.0 / 15, (double) count / blocks, 0.02);
        }
    }
}
