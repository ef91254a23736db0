// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;

class MerklePathTest {
    private static final Digest DIGEST = new Digest("sha256", "ab".repeat(32));

    private static PieceMap map(int pieces) {
        byte[] leaves = new byte[pieces * PieceMap.LEAF_BYTES];
        new SplittableRandom(pieces).nextBytes(leaves);
        return new PieceMap(DIGEST, (long) pieces * Pieces.MIN_PIECE_BYTES, leaves);
    }

    private static byte[] leaf(PieceMap map, int piece) {
        int at = piece * PieceMap.LEAF_BYTES;
        return Arrays.copyOfRange(map.leaves(), at, at + PieceMap.LEAF_BYTES);
    }

    @Test
    void eachPieceLeadsToTheRoot() {
        for (int n = 1; n < 40; n++) {
            PieceMap map = map(n);
            for (int p = 0; p < n; p++) {
                byte[] path = MerklePath.of(map, p);
                assertArrayEquals(
                        map.root(), MerklePath.root(leaf(map, p), p, n, path).orElseThrow());
            }
        }
    }

    @Test
    void anotherPieceOrPathDoesNot() {
        PieceMap map = map(13);
        byte[] path = MerklePath.of(map, 5);
        byte[] other = leaf(map, 6);
        assertFalse(Arrays.equals(map.root(), MerklePath.root(other, 5, 13, path).orElseThrow()));
        assertFalse(
                Arrays.equals(
                        map.root(), MerklePath.root(leaf(map, 5), 4, 13, path).orElseThrow()));
    }

    @Test
    void aPathOfAWrongLengthIsNone() {
        PieceMap map = map(13);
        byte[] path = MerklePath.of(map, 5);
        byte[] leaf = leaf(map, 5);
        byte[] shorter = Arrays.copyOf(path, path.length - PieceMap.LEAF_BYTES);
        byte[] longer = Arrays.copyOf(path, path.length + PieceMap.LEAF_BYTES);
        assertEquals(Optional.empty(), MerklePath.root(leaf, 5, 13, shorter));
        assertEquals(Optional.empty(), MerklePath.root(leaf, 5, 13, longer));
        assertEquals(Optional.empty(), MerklePath.root(leaf, 13, 13, path));
    }
}
