// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Which readings are one use. */
class UseTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final long YEAR = 365L * 24 * 3_600 * 1_000;

    @Test
    void readingsOfOnePullAreOneUse() {
        Use use = Use.first(NOW).again(NOW + 10_000).again(NOW + 35_000);
        assertEquals(1, use.count());
        assertEquals(NOW + 35_000, use.lastMillis());
        assertEquals(2, use.again(NOW + 35_000 + Use.PAUSE_MILLIS + 1).count());
    }

    @Test
    void onePullDoesNotLastForEver() {
        Use use = Use.first(NOW);
        for (int i = 1; i <= 16; i++) {
            use = use.again(NOW + i * 20_000L);
        }
        assertEquals(2, use.count());
    }

    @Test
    void aClockThatWasAheadAndIsPutRightGoesOnCounting() {
        Use ahead = Use.first(NOW + YEAR);
        Use right = ahead.again(NOW);
        assertEquals(2, right.count());
        assertEquals(NOW, right.lastMillis());
        assertEquals(2, right.again(NOW + 1_000).count());
        assertEquals(3, right.again(NOW + 60_000).count());
    }
}
