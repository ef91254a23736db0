// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;

/** Reads files again and compares digests. Heap buffers: Java's SHA-256 copies direct ones. */
final class Hashing {
    private Hashing() {}

    /** The piece map of a file, when its digest is {@code digest}; empty when it is not. */
    static Optional<PieceMap> map(Digest digest, long sizeBytes, SharedFile file)
            throws IOException {
        MessageDigest whole = hash(digest.javaAlgorithm());
        MessageDigest leaf = hash("SHA-256");
        int count = Pieces.count(sizeBytes);
        byte[] leaves = new byte[count * PieceMap.LEAF_BYTES];
        byte[] bytes = new byte[(int) Math.min(Pieces.bytes(sizeBytes), sizeBytes)];
        for (int piece = 0; piece < count; piece++) {
            int length = Pieces.length(sizeBytes, piece);
            if (file.read(Pieces.offset(sizeBytes, piece), ByteBuffer.wrap(bytes, 0, length))
                    < length) {
                throw new EOFException("the file of " + digest + " is too short");
            }
            whole.update(bytes, 0, length);
            leaf.update(bytes, 0, length);
            System.arraycopy(
                    leaf.digest(), 0, leaves, piece * PieceMap.LEAF_BYTES, PieceMap.LEAF_BYTES);
        }
        return matches(digest, whole)
                ? Optional.of(new PieceMap(digest, sizeBytes, leaves))
                : Optional.empty();
    }

    /** Whether a file has the digest; {@code progress} gets the bytes of each step. */
    static boolean matches(Digest digest, SharedFile file, LongConsumer progress)
            throws IOException {
        MessageDigest whole = hash(digest.javaAlgorithm());
        byte[] bytes = new byte[Pieces.MAX_PIECE_BYTES];
        long at = 0;
        while (true) {
            int n = file.read(at, ByteBuffer.wrap(bytes));
            if (n == 0) {
                return matches(digest, whole);
            }
            whole.update(bytes, 0, n);
            at += n;
            progress.accept(n);
        }
    }

    private static boolean matches(Digest digest, MessageDigest whole) {
        return HexFormat.of().formatHex(whole.digest()).equals(digest.hex());
    }

    private static MessageDigest hash(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no " + algorithm, e);
        }
    }
}
