// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.peeredge.dts.api.PieceMap;

/** The hashes beside the way from a leaf of a {@link PieceMap} to its root. */
public final class MerklePath {
    private static final int HASH = PieceMap.LEAF_BYTES;

    private MerklePath() {}

    /** The path of a piece, from the leaf up. */
    public static byte[] of(PieceMap map, int piece) {
        ByteArrayOutputStream path = new ByteArrayOutputStream();
        byte[] level = map.leaves().clone();
        int at = piece;
        for (int n = map.pieces(); n > 1; n = (n + 1) / 2) {
            int beside = at ^ 1;
            if (beside < n) {
                path.write(level, beside * HASH, HASH);
            }
            for (int i = 0; i < n; i += 2) {
                byte[] node = Arrays.copyOfRange(level, i * HASH, (i + 1) * HASH);
                if (i + 1 < n) {
                    byte[] right = Arrays.copyOfRange(level, (i + 1) * HASH, (i + 2) * HASH);
                    node = inner(node, right);
                }
                System.arraycopy(node, 0, level, i / 2 * HASH, HASH);
            }
            at /= 2;
        }
        return path.toByteArray();
    }

    /**
     * The root that a leaf and its path lead to.
     *
     * @param pieces in the blob
     * @return empty when the path is too short or too long for that
     */
    public static Optional<byte[]> root(byte[] leaf, int piece, int pieces, byte[] path) {
        if (piece < 0 || piece >= pieces) {
            return Optional.empty();
        }
        byte[] node = leaf;
        int used = 0;
        int at = piece;
        for (int n = pieces; n > 1; n = (n + 1) / 2) {
            if ((at ^ 1) < n) {
                if (path.length < used + HASH) {
                    return Optional.empty();
                }
                byte[] beside = Arrays.copyOfRange(path, used, used + HASH);
                used += HASH;
                node = (at & 1) == 0 ? inner(node, beside) : inner(beside, node);
            }
            at /= 2;
        }
        return used == path.length ? Optional.of(node) : Optional.empty();
    }

    private static byte[] inner(byte[] left, byte[] right) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update((byte) 1);
            sha.update(left);
            return sha.digest(right);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
