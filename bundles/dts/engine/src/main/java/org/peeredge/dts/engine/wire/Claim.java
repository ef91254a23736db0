// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.UpstreamRef;

/**
 * What a member has read from an upstream, signed by it: evidence against it, should the digest
 * prove a piece false.
 *
 * @param upstream where it read them
 * @param pieces their numbers, at most {@link Limits#MAX_CLAIM_PIECES}
 * @param hashes their SHA-256, 32 bytes each, in the same order
 * @param certificate the member's, DER
 * @param signature ECDSA P-256 over {@link #statement}, DER
 */
public record Claim(
        UpstreamRef upstream,
        List<Integer> pieces,
        byte[] hashes,
        byte[] certificate,
        byte[] signature) {
    private static final byte[] PURPOSE =
            "peeredge piece claim 1\0".getBytes(StandardCharsets.US_ASCII);

    /** Checks that there is a hash for each piece. */
    public Claim {
        pieces = List.copyOf(pieces);
        if (pieces.isEmpty() || hashes.length != pieces.size() * PieceMap.LEAF_BYTES) {
            throw new IllegalArgumentException(
                    hashes.length + " bytes of hashes for " + pieces.size() + " pieces");
        }
    }

    /** The SHA-256 of the i-th piece. */
    public byte[] hash(int i) {
        byte[] hash = new byte[PieceMap.LEAF_BYTES];
        System.arraycopy(hashes, i * PieceMap.LEAF_BYTES, hash, 0, PieceMap.LEAF_BYTES);
        return hash;
    }

    /** The bytes that are signed; their layout stands in {@code docs/protocol/engine.md}. */
    public byte[] statement(Digest digest, long sizeBytes) {
        return statement(digest, sizeBytes, upstream, pieces, hashes);
    }

    /** As {@link #statement(Digest, long)}, for a claim still to be signed. */
    public static byte[] statement(
            Digest digest,
            long sizeBytes,
            UpstreamRef upstream,
            List<Integer> pieces,
            byte[] hashes) {
        byte[] blob = digest.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] registry = upstream.registry().getBytes(StandardCharsets.UTF_8);
        byte[] repository = upstream.repository().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out =
                ByteBuffer.allocate(
                        PURPOSE.length
                                + 3 * Short.BYTES
                                + blob.length
                                + registry.length
                                + repository.length
                                + Long.BYTES
                                + Integer.BYTES * (1 + pieces.size())
                                + hashes.length);
        out.put(PURPOSE);
        for (byte[] text : List.of(blob, registry, repository)) {
            out.putShort((short) text.length).put(text);
        }
        out.putLong(sizeBytes).putInt(pieces.size());
        pieces.forEach(out::putInt);
        return out.put(hashes).array();
    }
}
