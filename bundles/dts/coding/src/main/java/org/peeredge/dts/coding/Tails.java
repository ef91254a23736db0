// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The last bytes of ranges, from {@code from} to {@code n}, that do not fill a vector. */
final class Tails {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Tails() {}

    static void xor(
            MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long from, long n) {
        for (long i = from; i < n; i++) {
            dst.set(BYTE, dstAt + i, (byte) (dst.get(BYTE, dstAt + i) ^ src.get(BYTE, srcAt + i)));
        }
    }

    static void mulAdd(
            MemorySegment dst,
            long dstAt,
            MemorySegment src,
            long srcAt,
            long from,
            long n,
            int factor) {
        for (long i = from; i < n; i++) {
            int product = Gf256.mul(factor, src.get(BYTE, srcAt + i) & 0xff);
            dst.set(BYTE, dstAt + i, (byte) (dst.get(BYTE, dstAt + i) ^ product));
        }
    }

    static void mul(MemorySegment dst, long dstAt, long from, long n, int factor) {
        for (long i = from; i < n; i++) {
            dst.set(BYTE, dstAt + i, (byte) Gf256.mul(factor, dst.get(BYTE, dstAt + i) & 0xff));
        }
    }

    /** Ranges start at {@code in + srcAt[j]} and {@code out + dstAt[row]}. */
    static void dot(
            byte[] factors,
            int rows,
            int cols,
            MemorySegment src,
            long in,
            long[] srcAt,
            MemorySegment dst,
            long out,
            long[] dstAt,
            long from,
            long n) {
        for (int row = 0; row < rows; row++) {
            for (long i = from; i < n; i++) {
                int sum = 0;
                for (int j = 0; j < cols; j++) {
                    int x = src.get(BYTE, in + srcAt[j] + i) & 0xff;
                    sum ^= Gf256.mul(factors[row * cols + j] & 0xff, x);
                }
                dst.set(BYTE, out + dstAt[row] + i, (byte) sum);
            }
        }
    }
}
