// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.kernel.api.NodeId;

/**
 * A blob without bytes: a piece is its number and whether it is genuine, so blobs of any size cost
 * nothing but their map.
 */
record SimContent(Digest digest, long sizeBytes, PieceMap map) {
    static SimContent of(String name, long sizeBytes) {
        Digest digest = new Digest("sha256", HexFormat.of().formatHex(sha(name)));
        return new SimContent(digest, sizeBytes, map(digest, sizeBytes, name));
    }

    /** A map that does not belong to it, as a liar would sign it. */
    PieceMap falseMap() {
        return map(digest, sizeBytes, "false");
    }

    private static PieceMap map(Digest digest, long sizeBytes, String salt) {
        int n = Pieces.count(sizeBytes);
        byte[] leaves = new byte[n * PieceMap.LEAF_BYTES];
        for (int p = 0; p < n; p++) {
            byte[] leaf = n == 1 ? HexFormat.of().parseHex(digest.hex()) : sha(salt + p);
            System.arraycopy(leaf, 0, leaves, p * PieceMap.LEAF_BYTES, PieceMap.LEAF_BYTES);
        }
        return new PieceMap(digest, sizeBytes, leaves);
    }

    int pieces() {
        return Pieces.count(sizeBytes);
    }

    /** A signature that names its signer and nothing else. */
    static MapSignature signature(NodeId signer) {
        return new MapSignature(signer.hex().getBytes(StandardCharsets.US_ASCII), new byte[0]);
    }

    static NodeId signer(MapSignature signature) {
        return new NodeId(new String(signature.certificate(), StandardCharsets.US_ASCII));
    }

    static SignedMap signed(PieceMap map, NodeId... signers) {
        return new SignedMap(map, List.of(signers).stream().map(SimContent::signature).toList());
    }

    static NodeId node(String name) {
        return new NodeId(HexFormat.of().formatHex(sha(name), 0, 20));
    }

    private static byte[] sha(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
