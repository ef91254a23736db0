// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CodecSpeedTest {
    @Test
    void refusesWhatIsNoSpeed() {
        assertEquals(2, new CodecSpeed(1, 2).decodeBytesPerSecond());
        IllegalArgumentException bad =
                assertThrows(IllegalArgumentException.class, () -> new CodecSpeed(1, 0));
        assertTrue(
                String.valueOf(bad.getMessage()).contains("decodeBytesPerSecond 0"),
                bad.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new CodecSpeed(-7, 1));
    }
}
