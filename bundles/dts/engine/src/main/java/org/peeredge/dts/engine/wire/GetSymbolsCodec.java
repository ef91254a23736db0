// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.codec.CodecId;

/**
 * get-symbols, the message of the data path, without a parser and a tree: the bytes are those that
 * {@link MessageWriter} gives. Reads the form that is sent, the shortest, with the keys in order;
 * any other form, the rare one of background, and whatever breaks a rule, is left to {@link
 * MessageReader}.
 */
final class GetSymbolsCodec {
    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;

    /** In the low five bits: the value follows in 1, 2 or 4 bytes. */
    private static final int ONE_BYTE = 24;

    private static final int TWO_BYTES = 25;
    private static final int FOUR_BYTES = 26;

    /** Keys, numbers and heads of strings at their longest. */
    private static final int MOST_HEADS = 64;

    private GetSymbolsCodec() {}

    static ByteBuffer encode(Message.GetSymbols m) {
        byte[] digest = Digests.toBytes(m.digest());
        byte[] type = m.codec().type().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out =
                ByteBuffer.allocate(
                        MOST_HEADS + digest.length + type.length + m.authorisation().length);
        out.put((byte) Limits.VERSION).put((byte) Types.GET_SYMBOLS).putShort((short) 0);
        head(out, MAP, m.wishes() == 0 ? 6 : 7);
        string(key(out, 0), BYTES, digest);
        number(key(out, 1), m.group());
        head(key(out, 2), ARRAY, 4);
        string(out, TEXT, type);
        number(out, m.codec().sourceSymbols());
        number(out, m.codec().repairSymbols());
        number(out, m.codec().symbolBytes());
        number(key(out, 3), m.first());
        number(key(out, 4), m.count());
        string(key(out, 5), BYTES, m.authorisation());
        if (m.wishes() != 0) {
            number(key(out, 6), m.wishes());
        }
        return out.flip();
    }

    private static ByteBuffer key(ByteBuffer out, int key) {
        head(out, UNSIGNED, key);
        return out;
    }

    private static void number(ByteBuffer out, int value) {
        head(out, value < 0 ? NEGATIVE : UNSIGNED, value < 0 ? -1 - value : value);
    }

    private static void string(ByteBuffer out, int kind, byte[] bytes) {
        head(out, kind, bytes.length);
        out.put(bytes);
    }

    private static void head(ByteBuffer out, int kind, int value) {
        int high = kind << 5;
        if (value < ONE_BYTE) {
            out.put((byte) (high | value));
        } else if (value < 1 << 8) {
            out.put((byte) (high | ONE_BYTE)).put((byte) value);
        } else if (value < 1 << 16) {
            out.put((byte) (high | TWO_BYTES)).putShort((short) value);
        } else {
            out.put((byte) (high | FOUR_BYTES)).putInt(value);
        }
    }

    /** The message; null where the general reader must look. The frame's position stays. */
    static Message.@Nullable GetSymbols decode(ByteBuffer frame) {
        Reader in = new Reader(frame.duplicate());
        in.in.position(frame.position() + Limits.PREFIX_BYTES);
        boolean more = in.expectMap(6, 7);
        byte[] digest = in.key(0).string(BYTES, 65);
        int group = in.key(1).number(0, Limits.MAX_GROUPS - 1);
        in.key(2).expect(ARRAY, 4);
        byte[] type = in.string(TEXT, 16);
        int k = in.number(1, CodecId.MAX_GROUP_BYTES);
        int m = in.number(-1, CodecId.MAX_GROUP_BYTES);
        int symbolBytes = in.number(1, CodecId.MAX_GROUP_BYTES);
        int first = in.key(3).number(0, Limits.MAX_SYMBOL_NUMBER);
        int count = in.key(4).number(1, Limits.MAX_SYMBOLS);
        byte[] authorisation = in.key(5).string(BYTES, Limits.MAX_PROOF_BYTES);
        int wishes = more ? in.key(6).number(0, Integer.MAX_VALUE) : 0;
        if (in.failed || in.in.hasRemaining()) {
            return null;
        }
        try {
            Digest of = Digests.fromBytes("", digest);
            CodecId codec =
                    new CodecId(new String(type, StandardCharsets.US_ASCII), k, m, symbolBytes);
            return Message.GetSymbols.of(of, group, codec, first, count, authorisation, wishes);
        } catch (MalformedException | IllegalArgumentException e) {
            return null; // the general reader says what is wrong
        }
    }

    /** Goes on after a failure, and gives anything then. */
    private static final class Reader {
        private static final byte[] NONE = {};

        private final ByteBuffer in;
        private boolean failed;

        Reader(ByteBuffer in) {
            this.in = in;
        }

        Reader key(int key) {
            expect(UNSIGNED, key);
            return this;
        }

        void expect(int kind, int value) {
            int found = head(kind); // not in the next line: it may set what that line reads first
            failed |= found != value;
        }

        /** Whether it is the larger of two maps. */
        boolean expectMap(int small, int large) {
            int found = head(MAP);
            failed |= found != small && found != large;
            return found == large;
        }

        int number(int min, int max) {
            boolean negative =
                    in.hasRemaining() && (in.get(in.position()) & 0xff) >>> 5 == NEGATIVE;
            int value = negative ? -1 - head(NEGATIVE) : head(UNSIGNED);
            failed |= value < min || value > max;
            return value;
        }

        byte[] string(int kind, int most) {
            int length = head(kind);
            if (failed || length > most || length > in.remaining()) {
                failed = true;
                return NONE;
            }
            byte[] bytes = new byte[length];
            in.get(bytes);
            return bytes;
        }

        /** The value of a head of this kind; anything after a failure. */
        private int head(int kind) {
            int value = failed || !in.hasRemaining() ? -1 : value(kind, in.get() & 0xff);
            failed |= value < 0;
            return Math.max(0, value);
        }

        private int value(int kind, int first) {
            int low = first & 31;
            int follow =
                    low < ONE_BYTE
                            ? 0
                            : low > FOUR_BYTES ? Integer.MAX_VALUE : 1 << (low - ONE_BYTE);
            if (first >>> 5 != kind || in.remaining() < follow) {
                return -1;
            }
            return switch (follow) {
                case 0 -> low;
                case 1 -> in.get() & 0xff;
                case 2 -> in.getShort() & 0xffff;
                default -> in.getInt();
            };
        }
    }
}
