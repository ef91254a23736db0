// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Frames of the engine's protocol, version 1: u8 version, u8 type, u16 flags, body. The body of a
 * message is one CBOR map (RFC 8949) with small integer keys, the body of symbols is binary. What a
 * frame says is checked against {@link Limits} here and nowhere else. Safe for use by many threads;
 * keeps no state.
 */
public final class MessageCodec {
    private static final byte[] NONE = {};

    /** {@link #encode(Message, byte[])} to one who was shown no certificate. */
    public ByteBuffer encode(Message message) {
        return encode(message, NONE);
    }

    /**
     * A whole frame.
     *
     * @param shown the certificate in the hello that went before it, or empty
     * @throws IllegalArgumentException when it would be larger than {@link
     *     Limits#MAX_CONTROL_FRAME_BYTES}
     */
    public ByteBuffer encode(Message message, byte[] shown) {
        CborWriter out = new CborWriter(MessageWriter.type(message));
        MessageWriter.write(message, shown, out);
        ByteBuffer frame = out.frame();
        if (frame.remaining() > Limits.MAX_CONTROL_FRAME_BYTES) {
            throw new IllegalArgumentException(
                    message.getClass().getSimpleName()
                            + " of "
                            + frame.remaining()
                            + " bytes, at most "
                            + Limits.MAX_CONTROL_FRAME_BYTES);
        }
        return frame;
    }

    /** {@link #decode(ByteBuffer, byte[])} from one who has shown no certificate. */
    public Optional<Message> decode(ByteBuffer frame) {
        return decode(frame, NONE);
    }

    /**
     * Reads a control frame, borrowed until the call returns.
     *
     * @param shown the certificate in the hello that came before it, or empty
     * @return empty for a type that this version does not know: ignore it
     * @throws MalformedException for anything that breaks the protocol
     */
    public Optional<Message> decode(ByteBuffer frame, byte[] shown) {
        int type = type(frame);
        if (type == Types.SYMBOLS) {
            throw new MalformedException("type", "symbols where a message was expected");
        }
        if (frame.remaining() > Limits.MAX_CONTROL_FRAME_BYTES) {
            throw new MalformedException("length", frame.remaining() + " bytes are too many");
        }
        if (type > Types.LEASE) {
            return Optional.empty();
        }
        ByteBuffer body = frame.duplicate();
        return MessageReader.read(
                type, body.position(body.position() + Limits.PREFIX_BYTES), shown);
    }

    /**
     * Whether the frame carries symbols.
     *
     * @throws MalformedException when it is shorter than a frame can be, or of another version
     */
    public boolean isSymbols(ByteBuffer frame) {
        return type(frame) == Types.SYMBOLS;
    }

    /**
     * The first part of a symbols frame; the symbols follow as they are, as a second part.
     *
     * @throws IllegalArgumentException when count or receipt breaks a limit
     */
    public ByteBuffer encodeSymbolsHeader(SymbolsHeader header) {
        return SymbolsCodec.encode(header);
    }

    /**
     * Reads the header and leaves {@code frame} at the first byte of the symbols.
     *
     * @throws MalformedException for anything that breaks the protocol
     */
    public SymbolsHeader decodeSymbolsHeader(ByteBuffer frame) {
        if (type(frame) != Types.SYMBOLS) {
            throw new MalformedException("type", "a message where symbols were expected");
        }
        return SymbolsCodec.decode(frame);
    }

    private static int type(ByteBuffer frame) {
        if (frame.remaining() < Limits.PREFIX_BYTES) {
            throw new MalformedException("length", frame.remaining() + " bytes are too few");
        }
        int version = frame.get(frame.position()) & 0xff;
        if (version != Limits.VERSION) {
            throw new MalformedException(
                    "version", version + " is not " + Limits.VERSION + ", which this node speaks");
        }
        // Flags: this version sets none and ignores all.
        return frame.get(frame.position() + 1) & 0xff;
    }
}
