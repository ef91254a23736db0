// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How blobs are cut; members that cut one differently cannot exchange it. */
class PiecesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 65536, 0",
        "1, 65536, 1",
        "65536, 65536, 1",
        "65537, 65536, 2",
        "16777216, 65536, 256",
        "16777217, 131072, 129",
        "33554432, 131072, 256",
        "33554433, 262144, 129",
        "67108864, 262144, 256",
        "67108865, 262144, 257",
        "1099511627776, 262144, 4194304"
    })
    void theSizeSaysHowLongAPieceIs(long size, int bytes, int count) {
        assertEquals(bytes, Pieces.bytes(size));
        assertEquals(count, Pieces.count(size));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 65_537, 16_777_216, 16_777_217, 40_000_001, 67_108_863, 1L << 33})
    void piecesMakeUpTheBlob(long size) {
        long at = 0;
        for (int piece = 0; piece < Pieces.count(size); piece++) {
            assertEquals(at, Pieces.offset(size, piece));
            assertEquals(piece, Pieces.at(size, at));
            int length = Pieces.length(size, piece);
            assertTrue(length > 0 && length <= Pieces.bytes(size));
            assertEquals(piece, Pieces.at(size, at + length - 1));
            at += length;
        }
        assertEquals(size, at);
    }

    @Test
    void noBlobIsNegativeOrTooLarge() {
        assertThrows(IllegalArgumentException.class, () -> Pieces.bytes(-1));
        assertThrows(IllegalArgumentException.class, () -> Pieces.count((1L << 40) + 1));
        assertThrows(IllegalArgumentException.class, () -> Pieces.length(65_536, 1));
    }
}
