// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.Gf256Kernels;

/** Blocks whose bytes follow from a seed, and codecs with each kernel. */
final class Blocks {
    private Blocks() {}

    /** With the plain kernel, and with vectors. */
    static List<FftCodec> codecs() {
        return List.of(
                new FftCodec(Gf256Kernels.plain(), new PlainFftKernel()),
                new FftCodec(Gf256Kernels.plain(), FftKernels.vectors()));
    }

    /** Outputs of SplitMix64. */
    static byte[] bytes(long seed, int length) {
        ByteBuffer all = ByteBuffer.allocate(length + 7).order(ByteOrder.LITTLE_ENDIAN);
        long x = seed;
        while (all.position() < length) {
            x += 0x9E3779B97F4A7C15L;
            long z = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
            z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
            all.putLong(z ^ z >>> 31);
        }
        return Arrays.copyOf(all.array(), length);
    }

    static GroupSource source(byte[] bytes) {
        return new GroupSource() {
            @Override
            public int sizeBytes() {
                return bytes.length;
            }

            @Override
            public void read(int offset, ByteBuffer into) {
                into.put(bytes, offset, into.remaining());
            }
        };
    }
}
