// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;

/**
 * The nodes that are no longer members, numbered and signed by the authority (byte table:
 * docs/protocol/join.md). A list replaces every list with a lower number.
 *
 * @param number 1 for a mesh's first list
 * @param until by node: when the last of its certificates has run out and the entry may go
 * @param encoded the bytes that the authority signed, and the signature
 */
public record RevocationList(
        String meshId, long number, Map<NodeId, Instant> until, byte[] encoded) {
    /** So that a list fits into one message of the mesh. */
    public static final int MAX_ENTRIES = 10_000;

    /** The longest encoding. */
    public static final int MAX_BYTES = 512 * 1024;

    private static final int MAGIC = 0x5045524c; // "PERL"
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 4 + 1 + 32 + 8 + 4;
    private static final int ENTRY_BYTES = 20 + 8;
    private static final int MAX_SIGNATURE_BYTES = 80;

    /** Signs a list. */
    public static RevocationList sign(
            PrivateKey authority, String meshId, long number, Map<NodeId, Instant> until) {
        if (until.size() > MAX_ENTRIES) {
            throw new IllegalStateException(
                    "a revocation list holds at most " + MAX_ENTRIES + " nodes");
        }
        HexFormat hex = HexFormat.of();
        ByteBuffer body = ByteBuffer.allocate(HEAD_BYTES + until.size() * ENTRY_BYTES);
        body.putInt(MAGIC).put(VERSION).put(hex.parseHex(meshId));
        body.putLong(number).putInt(until.size());
        new TreeMap<>(until)
                .forEach((node, end) ->
                        body.put(hex.parseHex(node.hex())).putLong(end.getEpochSecond()));
        byte[] signature = P256.sign(authority, body.array());
        byte[] all =
                ByteBuffer.allocate(body.capacity() + 2 + signature.length)
                        .put(body.array())
                        .putShort((short) signature.length)
                        .put(signature)
                        .array();
        return new RevocationList(meshId, number, Map.copyOf(until), all);
    }

    /**
     * Reads a list and checks that {@code authority} signed it.
     *
     * @throws NeverException saying what is wrong
     */
    public static RevocationList parse(PublicKey authority, byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new NeverException("a revocation list of " + bytes.length + " bytes is too long");
        }
        try {
            return read(authority, bytes);
        } catch (BufferUnderflowException e) {
            throw new NeverException("a revocation list is cut short", e);
        }
    }

    private static RevocationList read(PublicKey authority, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (in.getInt() != MAGIC) {
            throw new NeverException("no revocation list");
        }
        byte version = in.get();
        if (version != VERSION) {
            throw new NeverException("a revocation list of unknown version " + version);
        }
        HexFormat hex = HexFormat.of();
        byte[] mesh = new byte[32];
        in.get(mesh);
        long number = in.getLong();
        int count = in.getInt();
        if (number < 1 || count < 0 || count > MAX_ENTRIES) {
            throw new NeverException(
                    "a revocation list of number " + number + " with " + count + " entries");
        }
        Map<NodeId, Instant> until = new TreeMap<>();
        byte[] node = new byte[20];
        for (int i = 0; i < count; i++) {
            in.get(node);
            // Clamped: Instant refuses what lies beyond its range.
            long second = Math.clamp(in.getLong(), 0, Instant.MAX.getEpochSecond());
            until.put(new NodeId(hex.formatHex(node)), Instant.ofEpochSecond(second));
        }
        int signed = in.position();
        int length = Short.toUnsignedInt(in.getShort());
        if (length != in.remaining() || length > MAX_SIGNATURE_BYTES) {
            throw new NeverException("a revocation list has a wrong length");
        }
        byte[] signature = Arrays.copyOfRange(bytes, signed + 2, bytes.length);
        String meshId = hex.formatHex(mesh);
        if (!meshId.equals(P256.meshId(authority))
                || !P256.verify(authority, Arrays.copyOf(bytes, signed), signature)) {
            throw new NeverException("a revocation list that this mesh's authority did not sign");
        }
        return new RevocationList(meshId, number, Map.copyOf(until), bytes.clone());
    }
}
