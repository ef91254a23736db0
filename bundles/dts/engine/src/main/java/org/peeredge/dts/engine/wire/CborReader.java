// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Goes through the CBOR (RFC 8949) of one frame, item by item; nothing it reads is believed, no
 * length before the bytes are there. Lists and maps may be of indefinite length, strings not. For
 * one thread, one frame.
 */
final class CborReader {
    private static final int MAX_DEPTH = 16;

    private final String message;
    private final ByteBuffer in;
    private int kind;
    private int low;
    private long argument;

    /**
     * A reader of what {@code in} has left; its position moves.
     *
     * @param message named by errors
     */
    CborReader(String message, ByteBuffer in) {
        this.message = message;
        this.in = in;
    }

    /** Reads the head of the next item. */
    void next() {
        need(1);
        int first = in.get() & 0xff;
        kind = first >>> 5;
        low = first & 31;
        if (low < Cbor.ONE_BYTE) {
            argument = low;
        } else if (low <= Cbor.EIGHT_BYTES) {
            argument = number(1 << (low - Cbor.ONE_BYTE));
        } else if (low == Cbor.INDEFINITE
                && (kind == Cbor.ARRAY || kind == Cbor.MAP || kind == Cbor.SIMPLE)) {
            argument = -1;
        } else {
            throw bad("a head that is not well-formed");
        }
    }

    private long number(int bytes) {
        need(bytes);
        long value =
                switch (bytes) {
                    case 1 -> in.get() & 0xff;
                    case 2 -> in.getShort() & 0xffff;
                    case 4 -> in.getInt() & 0xffff_ffffL;
                    default -> in.getLong();
                };
        if (value < 0 && kind != Cbor.SIMPLE) {
            throw bad("a number of over 63 bits");
        }
        return value;
    }

    /** Major type of the item whose head was read. */
    int kind() {
        return kind;
    }

    /**
     * What its head says: the number, the simple value, the length; negative for a length that is
     * not given. {@link Cbor#NEGATIVE} ones stand for -1 minus that.
     */
    long argument() {
        return argument;
    }

    /** Whether it is what ends items of indefinite length. */
    boolean isBreak() {
        return kind == Cbor.SIMPLE && low == Cbor.INDEFINITE;
    }

    /** Whether it is a simple value in its one form, and not a float. */
    boolean isSimple(int value) {
        return kind == Cbor.SIMPLE && low == value;
    }

    /** Bytes of the string whose head was read. */
    byte[] string() {
        byte[] bytes = new byte[need(argument)];
        in.get(bytes);
        return bytes;
    }

    /** The text whose head was read. */
    String text() {
        byte[] bytes = string();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException(message, "text that is not UTF-8", e);
        }
    }

    /** Passes over the item whose head was read, with all that is in it. */
    void skip() {
        skip(0);
    }

    private void skip(int depth) {
        if (depth > MAX_DEPTH) {
            throw bad("nested too deep");
        }
        switch (kind) {
            case Cbor.BYTES, Cbor.TEXT -> in.position(in.position() + need(argument));
            case Cbor.ARRAY -> skipItems(1, depth);
            case Cbor.MAP -> skipItems(2, depth);
            case Cbor.TAG -> {
                next();
                skip(depth + 1);
            }
            default -> {
                if (isBreak()) {
                    throw bad("a break out of place");
                }
            }
        }
    }

    private void skipItems(int each, int depth) {
        long count = argument;
        for (long i = 0; count < 0 || i < count; i++) {
            next();
            if (count < 0 && isBreak()) {
                return;
            }
            for (int k = 0; k < each; k++) {
                if (k > 0) {
                    next();
                }
                skip(depth + 1);
            }
        }
    }

    /** Whether bytes are left. */
    boolean more() {
        return in.hasRemaining();
    }

    private int need(long bytes) {
        if (bytes > in.remaining()) {
            throw bad("cut short");
        }
        return (int) bytes;
    }

    MalformedException bad(String problem) {
        return new MalformedException(message, problem);
    }
}
