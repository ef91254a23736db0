// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.receipt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NodeId;

/**
 * One entry of a chain: what a taker says that it has received from a giver and found good. Giver,
 * taker and epoch name the chain; numbers begin at 1 without gaps, and each entry holds the hash of
 * the one before. Bytes of several chains of one pair add up.
 *
 * @param giver who sent the bytes
 * @param taker who received and checked them, and makes the entry
 * @param epoch which chain of the two: wall time in milliseconds when the taker began it
 * @param number of the entry in its chain, from 1
 * @param previous {@link #hash} of the entry before, 32 bytes; zeros for the first
 * @param bytes delivered over this chain so far, this entry included
 * @param pieces delivered over this chain so far, this entry included
 * @param addedBytes of these, what this entry adds; at least 1
 * @param addedPieces of these, what this entry adds
 * @param blobs what it adds, by blob: at most {@link #MAX_BLOBS}, each once; together at most
 *     {@code addedBytes}, less where there were more blobs
 * @param atMillis the taker's wall time, milliseconds since 1970
 */
public record Delivery(
        NodeId giver,
        NodeId taker,
        long epoch,
        long number,
        byte[] previous,
        long bytes,
        long pieces,
        long addedBytes,
        long addedPieces,
        List<BlobBytes> blobs,
        long atMillis) {
    /** The most blobs that an entry names. */
    public static final int MAX_BLOBS = 64;

    /** Bytes of {@link #hash} and {@link #previous}. */
    public static final int HASH_BYTES = 32;

    private static final byte[] TAKER_PURPOSE =
            "peeredge delivery 1\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GIVER_PURPOSE =
            "peeredge delivery countersigned 1\0".getBytes(StandardCharsets.US_ASCII);

    /** Bytes of one blob. */
    public record BlobBytes(Digest digest, long bytes) {}

    /**
     * Checks that the figures can be true.
     *
     * @throws IllegalArgumentException when they cannot
     */
    public Delivery {
        blobs = List.copyOf(blobs);
        long named = 0;
        for (BlobBytes blob : blobs) {
            named += blob.bytes();
            require(blob.bytes() > 0 && named > 0 && named <= addedBytes, "bytes of blobs");
        }
        require(blobs.size() <= MAX_BLOBS, "blobs");
        require(!giver.equals(taker), "taker");
        require(previous.length == HASH_BYTES, "previous");
        require(epoch > 0 && number > 0, "epoch or number");
        require(addedBytes > 0 && addedBytes <= bytes, "bytes");
        require(addedPieces >= 0 && addedPieces <= pieces, "pieces");
        require(atMillis >= 0, "time");
        previous = previous.clone();
    }

    private static void require(boolean fits, String what) {
        if (!fits) {
            throw new IllegalArgumentException("a delivery cannot have these " + what);
        }
    }

    /** Whether this may be the first entry of its chain. */
    public boolean first() {
        return number == 1
                && MessageDigest.isEqual(previous, new byte[HASH_BYTES])
                && bytes == addedBytes
                && pieces == addedPieces;
    }

    /** Whether this continues its chain right after {@code before}. */
    public boolean follows(Delivery before) {
        return sameChain(before)
                && number == before.number + 1
                && MessageDigest.isEqual(previous, before.hash())
                && bytes == before.bytes + addedBytes
                && pieces == before.pieces + addedPieces;
    }

    /** Whether both are of one chain. */
    public boolean sameChain(Delivery other) {
        return giver.equals(other.giver) && taker.equals(other.taker) && epoch == other.epoch;
    }

    /** SHA-256 of {@link #statement}; names the entry. */
    public byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(statement());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    /** What the taker signs; the layout stands in {@code docs/protocol/engine.md}. */
    public byte[] statement() {
        int length = TAKER_PURPOSE.length + 2 * 20 + 7 * Long.BYTES + HASH_BYTES + Short.BYTES;
        List<byte[]> names =
                blobs.stream()
                        .map(b -> b.digest().toString().getBytes(StandardCharsets.US_ASCII))
                        .toList();
        for (byte[] name : names) {
            length += Short.BYTES + name.length + Long.BYTES;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.put(TAKER_PURPOSE);
        out.put(HexFormat.of().parseHex(giver.hex())).put(HexFormat.of().parseHex(taker.hex()));
        out.putLong(epoch).putLong(number).put(previous);
        out.putLong(bytes).putLong(pieces).putLong(addedBytes).putLong(addedPieces);
        out.putShort((short) blobs.size());
        for (int i = 0; i < blobs.size(); i++) {
            out.putShort((short) names.get(i).length).put(names.get(i));
            out.putLong(blobs.get(i).bytes());
        }
        return out.putLong(atMillis).array();
    }

    /** What the giver signs: that it has sent as much, and knows the chain up to here. */
    public byte[] counterStatement() {
        return ByteBuffer.allocate(GIVER_PURPOSE.length + HASH_BYTES)
                .put(GIVER_PURPOSE)
                .put(hash())
                .array();
    }
}
