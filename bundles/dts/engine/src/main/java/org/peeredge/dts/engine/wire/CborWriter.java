// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.peeredge.dts.api.Digest;

/**
 * Writes one frame: its prefix, then CBOR (RFC 8949) with definite lengths and the shortest heads
 * (section 4.2.1). What it is told to begin it does not check: a map of two fields is to be
 * followed by two. For one thread, one frame.
 */
final class CborWriter {
    private static final int FIRST_BYTES = 128;
    private static final int MOST_HEAD_BYTES = 9;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;

    CborWriter(int type) {
        bytes[size++] = Limits.VERSION;
        bytes[size++] = (byte) type;
        size += 2; // flags: none
    }

    CborWriter map(int fields) {
        return head(Cbor.MAP, fields);
    }

    CborWriter array(int elements) {
        return head(Cbor.ARRAY, elements);
    }

    CborWriter key(int key) {
        return head(Cbor.UNSIGNED, key);
    }

    CborWriter number(long value) {
        return value < 0 ? head(Cbor.NEGATIVE, -1 - value) : head(Cbor.UNSIGNED, value);
    }

    CborWriter bool(boolean value) {
        return head(Cbor.SIMPLE, value ? Cbor.TRUE : Cbor.FALSE);
    }

    CborWriter text(String value) {
        return string(Cbor.TEXT, value.getBytes(StandardCharsets.UTF_8));
    }

    CborWriter bytes(byte[] value) {
        return string(Cbor.BYTES, value);
    }

    CborWriter digest(Digest value) {
        return bytes(Digests.toBytes(value));
    }

    CborWriter texts(List<String> values) {
        array(values.size());
        values.forEach(this::text);
        return this;
    }

    /** All that was written; the last call. */
    ByteBuffer frame() {
        return ByteBuffer.wrap(bytes, 0, size).slice();
    }

    private CborWriter string(int kind, byte[] value) {
        head(kind, value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    private CborWriter head(int kind, long value) {
        room(MOST_HEAD_BYTES);
        int high = kind << 5;
        if (value < Cbor.ONE_BYTE) {
            bytes[size++] = (byte) (high | value);
        } else {
            int log = value < 1L << 8 ? 0 : value < 1L << 16 ? 1 : value < 1L << 32 ? 2 : 3;
            bytes[size++] = (byte) (high | (Cbor.ONE_BYTE + log));
            for (int shift = (8 << log) - 8; shift >= 0; shift -= 8) {
                bytes[size++] = (byte) (value >>> shift);
            }
        }
        return this;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
