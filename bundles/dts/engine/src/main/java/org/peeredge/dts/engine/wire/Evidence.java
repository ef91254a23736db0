// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.kernel.api.NodeId;

/**
 * What one member says against another about a blob: bytes that others can check. See {@code
 * docs/decisions/0012-evidence.md}.
 */
public sealed interface Evidence {
    /** The certificate of whoever signed what is to be checked first. */
    byte[] certificate();

    /**
     * A member's word that another sent it false bytes. Proves nothing: whoever hears it may ask
     * the accused for that piece and see.
     *
     * @param epochSecond when, by the accuser's clock
     * @param certificate the accuser's, DER
     * @param signature over {@link #statement}, DER
     */
    record Accusation(int piece, long epochSecond, byte[] certificate, byte[] signature)
            implements Evidence {
        private static final byte[] PURPOSE =
                "peeredge accusation 1\0".getBytes(StandardCharsets.US_ASCII);

        /** The bytes that are signed; their layout stands in {@code docs/protocol/engine.md}. */
        public static byte[] statement(Digest digest, NodeId accused, int piece, long epochSecond) {
            byte[] blob = digest.toString().getBytes(StandardCharsets.US_ASCII);
            byte[] node = HexFormat.of().parseHex(accused.hex());
            return ByteBuffer.allocate(
                            PURPOSE.length
                                    + Short.BYTES
                                    + blob.length
                                    + node.length
                                    + Integer.BYTES
                                    + Long.BYTES)
                    .put(PURPOSE)
                    .putShort((short) blob.length)
                    .put(blob)
                    .put(node)
                    .putInt(piece)
                    .putLong(epochSecond)
                    .array();
        }
    }

    /**
     * A piece map that the accused signed and that is not the blob's; its statement, not its
     * leaves.
     *
     * @param root of the Merkle tree over its leaves, 32 bytes
     * @param signature the accused's, over {@link PieceMap#statement}
     * @param witness of the true map, for those who do not have the blob
     */
    record FalseMap(long sizeBytes, byte[] root, MapSignature signature, Optional<Witness> witness)
            implements Evidence {
        @Override
        public byte[] certificate() {
            return signature.certificate();
        }
    }

    /**
     * A claim of the accused in which a hash is not that of the piece.
     *
     * @param sizeBytes of the blob, which the claim signs too
     * @param witness of the true map, with a path to a piece that the claim names falsely
     */
    record FalseClaim(long sizeBytes, Claim claim, Optional<Witness> witness) implements Evidence {
        @Override
        public byte[] certificate() {
            return claim.certificate();
        }
    }

    /**
     * A map as its signers know it, without its leaves but one.
     *
     * @param root of the Merkle tree, 32 bytes
     * @param signatures over the map's statement, at most 4
     * @param piece the one whose hash is shown
     * @param hash its SHA-256, 32 bytes
     * @param path the hashes beside the way from there to the root, 32 bytes each
     */
    record Witness(
            long sizeBytes,
            byte[] root,
            List<MapSignature> signatures,
            int piece,
            byte[] hash,
            byte[] path) {
        /** Copies the list. */
        public Witness {
            signatures = List.copyOf(signatures);
        }
    }
}
