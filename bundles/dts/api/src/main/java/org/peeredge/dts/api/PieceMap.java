// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The SHA-256 of every piece of a blob. A leaf is the plain SHA-256 of a piece, so the map of a
 * one-piece sha256 blob is its digest. What is signed is {@link #statement}: digest, size and
 * Merkle root, so leaves cannot be exchanged. Inner nodes are SHA-256 over 0x01, left, right; an
 * odd node is carried up as it is (RFC 6962 section 2.1; leaf and inner hashes cannot be mixed up
 * because the size fixes the shape). Immutable; {@code leaves} is shared, do not write.
 */
public final class PieceMap {
    /** Bytes in a leaf. */
    public static final int LEAF_BYTES = 32;

    private final Digest digest;
    private final long sizeBytes;
    private final byte[] leaves;
    private final byte[] root;

    /**
     * A map from its leaves.
     *
     * @param leaves the leaves one after the other, {@code 32 * Pieces.count(sizeBytes)} bytes
     * @throws IllegalArgumentException when the length does not fit the size
     */
    public PieceMap(Digest digest, long sizeBytes, byte[] leaves) {
        if (leaves.length != LEAF_BYTES * Pieces.count(sizeBytes)) {
            throw new IllegalArgumentException(
                    leaves.length + " bytes of leaves for a blob of " + sizeBytes + " bytes");
        }
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.leaves = leaves;
        this.root = merkleRoot(leaves);
    }

    /** The blob. */
    public Digest digest() {
        return digest;
    }

    /** Its length. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Its number of pieces. */
    public int pieces() {
        return leaves.length / LEAF_BYTES;
    }

    /** All leaves; shared, read only. */
    public byte[] leaves() {
        return leaves;
    }

    /** The Merkle root; a copy. */
    public byte[] root() {
        return root.clone();
    }

    /** Whether {@code hash} (32 bytes) is the hash of {@code piece}. */
    public boolean matches(int piece, byte[] hash) {
        int at = piece * LEAF_BYTES;
        return Arrays.equals(leaves, at, at + LEAF_BYTES, hash, 0, LEAF_BYTES);
    }

    /** The bytes that a signer of this map signs. */
    public byte[] statement() {
        return statement(digest, sizeBytes, root);
    }

    /** The bytes that a signer of a map with this root signs. */
    public static byte[] statement(Digest digest, long sizeBytes, byte[] root) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("peeredge piece map 1\n".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes((digest + "\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(
                ByteBuffer.allocate(12).putLong(sizeBytes).putInt(Pieces.bytes(sizeBytes)).array());
        out.writeBytes(root);
        return out.toByteArray();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PieceMap m
                && digest.equals(m.digest)
                && sizeBytes == m.sizeBytes
                && Arrays.equals(leaves, m.leaves);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return "PieceMap[" + digest + ", " + sizeBytes + " bytes]";
    }

    private static byte[] merkleRoot(byte[] leaves) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            if (leaves.length == 0) {
                return sha.digest();
            }
            byte[] level = leaves.clone();
            int n = level.length / LEAF_BYTES;
            while (n > 1) {
                int next = 0;
                for (int i = 0; i + 1 < n; i += 2) {
                    sha.update((byte) 1);
                    sha.update(level, i * LEAF_BYTES, 2 * LEAF_BYTES);
                    System.arraycopy(sha.digest(), 0, level, next++ * LEAF_BYTES, LEAF_BYTES);
                }
                if ((n & 1) == 1) {
                    System.arraycopy(
                            level, (n - 1) * LEAF_BYTES, level, next++ * LEAF_BYTES, LEAF_BYTES);
                }
                n = next;
            }
            return Arrays.copyOf(level, LEAF_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
