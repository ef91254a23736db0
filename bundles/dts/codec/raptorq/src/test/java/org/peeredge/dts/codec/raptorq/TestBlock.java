// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;

/** A block on the heap, of the bytes of SplitMix64. */
record TestBlock(byte[] bytes) implements GroupSource {
    static TestBlock of(long seed, int size) {
        ByteBuffer all = ByteBuffer.allocate(size + 8).order(ByteOrder.LITTLE_ENDIAN);
        long x = seed;
        for (int i = 0; i < size; i += 8) {
            x += 0x9E3779B97F4A7C15L;
            long z = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            all.putLong(i, z ^ z >>> 31);
        }
        byte[] bytes = new byte[size];
        all.get(0, bytes);
        return new TestBlock(bytes);
    }

    @Override
    public int sizeBytes() {
        return bytes.length;
    }

    @Override
    public void read(int offset, ByteBuffer into) {
        into.put(bytes, offset, into.remaining());
    }

    static CodecId id(int k, int symbolBytes) {
        return new CodecId(RaptorqCodec.TYPE, k, -1, symbolBytes);
    }

    static ByteBuffer symbol(Encoder encoder, int number, int symbolBytes) throws IOException {
        ByteBuffer symbol = ByteBuffer.allocate(symbolBytes);
        encoder.encode(number, 1, symbol);
        return symbol.flip();
    }
}
