// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.authority;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.HostPort;

/**
 * A join token as text: one line of base64url (byte table: docs/protocol/join.md). It pins the
 * authority, so that the joining node cannot be led to another one.
 *
 * @param id 16 hex digits, public
 * @param secret 16 bytes; the authority keeps only their hash
 * @param doors where the authority can be reached, 1 to 8
 */
public record JoinToken(String meshId, String id, byte[] secret, List<HostPort> doors) {
    /** Length of the secret. */
    public static final int SECRET_BYTES = 16;

    /** Length of the id. */
    public static final int ID_BYTES = 8;

    private static final byte VERSION = 1;
    private static final int MAX_CHARS = 4_096;

    /** Copies the addresses. */
    public JoinToken {
        doors = List.copyOf(doors);
    }

    /** The text to hand over. */
    public String text() {
        HexFormat hex = HexFormat.of();
        ByteBuffer out = ByteBuffer.allocate(MAX_CHARS);
        out.put(VERSION).put(hex.parseHex(meshId)).put(hex.parseHex(id)).put(secret);
        out.put((byte) doors.size());
        for (HostPort door : doors) {
            byte[] host = door.host().getBytes(US_ASCII);
            out.putShort((short) door.port()).put((byte) host.length).put(host);
        }
        out.putInt(crc(out.array(), out.position()));
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Reads a token.
     *
     * @throws NeverException when the text is no token, or was changed on the way
     */
    public static JoinToken parse(String text) {
        String line = text.strip();
        if (line.isEmpty() || line.length() > MAX_CHARS) {
            throw new NeverException("this is no join token: it has " + line.length() + " letters");
        }
        try {
            return read(Base64.getUrlDecoder().decode(line));
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new NeverException(
                    "this is no join token, or part of it is missing: copy the whole line again",
                    e);
        }
    }

    private static JoinToken read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int length = bytes.length;
        if (length < 5 || in.getInt(length - 4) != crc(bytes, length - 4)) {
            throw new IllegalArgumentException("checksum");
        }
        byte version = in.get();
        if (version != VERSION) {
            throw new NeverException(
                    "the join token has version "
                            + version
                            + ", which a newer PeerEdge made: update this node");
        }
        byte[] mesh = new byte[32];
        byte[] id = new byte[ID_BYTES];
        byte[] secret = new byte[SECRET_BYTES];
        in.get(mesh).get(id).get(secret);
        int count = in.get();
        if (count < 1 || count > Credentials.MAX_DOORS) {
            throw new IllegalArgumentException("doors");
        }
        List<HostPort> doors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int port = Short.toUnsignedInt(in.getShort());
            byte[] host = new byte[Byte.toUnsignedInt(in.get())];
            in.get(host);
            doors.add(new HostPort(new String(host, US_ASCII), port));
        }
        HexFormat hex = HexFormat.of();
        return new JoinToken(hex.formatHex(mesh), hex.formatHex(id), secret, doors);
    }

    /** Finds slips of the clipboard; against forgery stands the secret. */
    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
