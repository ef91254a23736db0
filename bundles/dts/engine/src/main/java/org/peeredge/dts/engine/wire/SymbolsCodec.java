// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.codec.CodecId;

/**
 * The data frame: a short binary header, then the symbols as they are. Data path: no CBOR, and
 * nothing is allocated but the header record. Big-endian; byte table in {@code engine.md}.
 */
final class SymbolsCodec {
    private static final String FIELD = "symbols.";

    private SymbolsCodec() {}

    static ByteBuffer encode(SymbolsHeader h) {
        byte[] codecType = h.codec().type().getBytes(StandardCharsets.US_ASCII);
        byte[] digest = Digests.toBytes(h.digest());
        if (h.receipt().length > Limits.MAX_PROOF_BYTES
                || h.count() < 1
                || h.count() > Limits.MAX_SYMBOLS) {
            throw new IllegalArgumentException(
                    "symbols: count " + h.count() + ", receipt of " + h.receipt().length);
        }
        int length = Limits.PREFIX_BYTES + digest.length + 25 + codecType.length;
        ByteBuffer out = ByteBuffer.allocate(length + h.receipt().length);
        out.put((byte) Limits.VERSION).put((byte) Types.SYMBOLS).putShort((short) 0);
        out.put(digest).putInt(h.group());
        out.put((byte) codecType.length).put(codecType);
        out.putInt(h.codec().sourceSymbols()).putInt(h.codec().repairSymbols());
        out.putInt(h.codec().symbolBytes());
        out.putInt(h.first()).putShort((short) h.count());
        out.putShort((short) h.receipt().length).put(h.receipt());
        return out.flip();
    }

    /** Leaves {@code frame} at the first byte of the symbols. */
    static SymbolsHeader decode(ByteBuffer frame) {
        frame.position(frame.position() + Limits.PREFIX_BYTES);
        Digest digest = Digests.read(FIELD + "digest", frame);
        need(frame, 5, "group");
        int group = range(frame.getInt(), 0, Limits.MAX_GROUPS - 1, "group");
        int typeLength = range(frame.get() & 0xff, 1, 16, "codec type");
        need(frame, typeLength + 20, "codec");
        byte[] type = new byte[typeLength];
        frame.get(type);
        CodecId codec = codec(type, frame.getInt(), frame.getInt(), frame.getInt());
        int first = range(frame.getInt(), 0, Limits.MAX_SYMBOL_NUMBER, "first");
        int count = range(frame.getShort() & 0xffff, 1, Limits.MAX_SYMBOLS, "count");
        int receiptLength = range(frame.getShort() & 0xffff, 0, Limits.MAX_PROOF_BYTES, "receipt");
        need(frame, receiptLength, "receipt");
        byte[] receipt = new byte[receiptLength];
        frame.get(receipt);
        int payload = frame.remaining();
        if (payload < 1 || payload > (long) count * codec.symbolBytes()) {
            throw new MalformedException(
                    FIELD + "payload", payload + " bytes for " + count + " symbols");
        }
        return new SymbolsHeader(digest, group, codec, first, count, receipt);
    }

    private static CodecId codec(byte[] type, int k, int m, int symbolBytes) {
        try {
            return Limits.transferable(
                    new CodecId(new String(type, StandardCharsets.US_ASCII), k, m, symbolBytes));
        } catch (IllegalArgumentException e) {
            throw new MalformedException(FIELD + "codec", "no code has these parameters", e);
        }
    }

    private static void need(ByteBuffer frame, int bytes, String field) {
        if (frame.remaining() < bytes) {
            throw new MalformedException(FIELD + field, "cut short");
        }
    }

    private static int range(int value, int min, int max, String field) {
        if (value < min || value > max) {
            throw new MalformedException(FIELD + field, value + " is not in " + min + ".." + max);
        }
        return value;
    }
}
