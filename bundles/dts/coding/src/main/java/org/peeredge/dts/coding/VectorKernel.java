// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products by table look-up within a vector: 64 bytes at once where a permutation of 64 bytes is
 * one instruction (AVX-512 VBMI), 16 elsewhere (SSSE3, NEON; wider ones permute within lanes of 16
 * and are slower). A vector of w entries is the table for log2(w) bits of a byte. The low bits of a
 * byte are an index as they are, since an index wraps; the high ones after a shift of the whole
 * vector, which brings bits of the next byte along: the second table ignores them.
 *
 * <p>One species in a JVM: a second one spoils the profile of the first, which costs it nine tenths
 * of its speed. So the species is a constant.
 */
final class VectorKernel implements Gf256Kernel {
    static final VectorSpecies<Byte> SPECIES =
            ByteVector.SPECIES_PREFERRED.length() == 64
                    ? ByteVector.SPECIES_512
                    : ByteVector.SPECIES_128;
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int WIDTH = SPECIES.length();
    private static final long TWO = 2L * WIDTH;
    private static final int LOW_BITS = Integer.numberOfTrailingZeros(WIDTH);

    /** Bytes of all sources together that are worked on for all rows: they stay in the cache. */
    private static final long SOURCE_BYTES = 192 * 1024;

    /** Bytes of each range in that; fewer cost more in calls than they gain. */
    private static final long MIN_COLUMN = 2048;

    private static final long MAX_COLUMN = 16 * 1024;

    /** All memory: for addresses that {@link Memory#address} has checked. */
    @SuppressWarnings("restricted") // where it is not allowed the plain kernel is taken
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    /** For each factor the table of the low bits, then that of the high ones. */
    private static final MemorySegment TABLES = tables();

    private static final long TABLE = TABLES.address();

    private static MemorySegment tables() {
        MemorySegment tables = Memory.allocate(256L * 2 * WIDTH);
        for (int factor = 0; factor < 256; factor++) {
            for (int i = 0; i < WIDTH; i++) {
                int low = Gf256.mul(factor, i);
                int high = Gf256.mul(factor, i << LOW_BITS & 0xff);
                tables.set(BYTE, factor * TWO + i, (byte) low);
                tables.set(BYTE, factor * TWO + WIDTH + i, (byte) high);
            }
        }
        return tables;
    }

    @Override
    public String name() {
        return "vector-" + 8 * WIDTH;
    }

    static ByteVector load(long address) {
        return ByteVector.fromMemorySegment(SPECIES, ALL, address, ORDER);
    }

    private static void store(ByteVector x, long address) {
        x.intoMemorySegment(ALL, address, ORDER);
    }

    /** Bytes cannot be shifted in one instruction, longs can. */
    static ByteVector high(ByteVector x) {
        return x.reinterpretAsLongs().lanewise(VectorOperators.LSHR, LOW_BITS).reinterpretAsBytes();
    }

    static ByteVector sum(ByteVector a, ByteVector b, ByteVector c) {
        return a.lanewise(VectorOperators.XOR, b).lanewise(VectorOperators.XOR, c);
    }

    static long table(byte factor) {
        return TABLE + (factor & 0xff) * TWO;
    }

    @Override
    public void xor(MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n) {
        long to = Memory.address(dst, dstAt, n);
        long from = Memory.address(src, srcAt, n);
        try {
            long i = 0;
            for (; i <= n - WIDTH; i += WIDTH) {
                store(load(to + i).lanewise(VectorOperators.XOR, load(from + i)), to + i);
            }
            Tails.xor(dst, dstAt, src, srcAt, i, n);
        } finally {
            Reference.reachabilityFence(dst);
            Reference.reachabilityFence(src);
        }
    }

    @Override
    public void mulAdd(
            MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n, int factor) {
        long to = Memory.address(dst, dstAt, n);
        long from = Memory.address(src, srcAt, n);
        try {
            ByteVector low = load(table((byte) factor));
            ByteVector high = load(table((byte) factor) + WIDTH);
            long i = 0;
            for (; i <= n - WIDTH; i += WIDTH) {
                ByteVector x = load(from + i);
                store(sum(load(to + i), x.selectFrom(low), high(x).selectFrom(high)), to + i);
            }
            Tails.mulAdd(dst, dstAt, src, srcAt, i, n, factor);
        } finally {
            Reference.reachabilityFence(dst);
            Reference.reachabilityFence(src);
        }
    }

    @Override
    public void mul(MemorySegment dst, long dstAt, long n, int factor) {
        long to = Memory.address(dst, dstAt, n);
        try {
            ByteVector low = load(table((byte) factor));
            ByteVector high = load(table((byte) factor) + WIDTH);
            long i = 0;
            for (; i <= n - WIDTH; i += WIDTH) {
                ByteVector x = load(to + i);
                ByteVector product = x.selectFrom(low);
                store(product.lanewise(VectorOperators.XOR, high(x).selectFrom(high)), to + i);
            }
            Tails.mul(dst, dstAt, i, n, factor);
        } finally {
            Reference.reachabilityFence(dst);
        }
    }

    @Override
    public void dot(
            byte[] factors,
            int rows,
            int cols,
            MemorySegment src,
            long[] srcAt,
            MemorySegment dst,
            long[] dstAt,
            long n) {
        for (int j = 0; j < cols; j++) {
            Memory.address(src, srcAt[j], n);
        }
        for (int row = 0; row < rows; row++) {
            Memory.address(dst, dstAt[row], n);
        }
        // So small a method is inlined in its caller: a segment made for the call costs nothing.
        try {
            product(factors, rows, cols, src.address(), srcAt, dst.address(), dstAt, n);
        } finally {
            Reference.reachabilityFence(dst);
            Reference.reachabilityFence(src);
        }
    }

    private static void product(
            byte[] factors,
            int rows,
            int cols,
            long in,
            long[] srcAt,
            long out,
            long[] dstAt,
            long n) {
        long whole = n & -WIDTH;
        long column = Math.clamp((SOURCE_BYTES / cols) & -TWO, MIN_COLUMN, MAX_COLUMN);
        for (long from = 0; from < whole; from += column) {
            long to = Math.min(whole, from + column);
            long pairs = from + ((to - from) & -TWO);
            int row = 0;
            for (; row <= rows - 4; row += 4) {
                four(factors, row, cols, in, srcAt, out, dstAt, from, pairs);
                for (int r = row; r < row + 4; r++) {
                    one(factors, r, cols, in, srcAt, out, dstAt, pairs, to);
                }
            }
            for (; row < rows; row++) {
                one(factors, row, cols, in, srcAt, out, dstAt, from, to);
            }
        }
        if (n < WIDTH) {
            Tails.dot(factors, rows, cols, ALL, in, srcAt, ALL, out, dstAt, 0, n);
        } else if (whole < n) {
            // The last whole vector again, shifted to end where the ranges end.
            for (int row = 0; row < rows; row++) {
                one(factors, row, cols, in, srcAt, out, dstAt, n - WIDTH, n);
            }
        }
    }

    /**
     * Four rows by two vectors: a source is loaded and shifted once for four sums, a table loaded
     * once for two vectors. This is as much as C2 inlines before it gives up in the middle, upon
     * which vectors become objects; what is simple is written out here for that reason.
     */
    private static void four(
            byte[] factors,
            int row,
            int cols,
            long in,
            long[] srcAt,
            long out,
            long[] dstAt,
            long from,
            long to) {
        int f0 = row * cols;
        int f1 = f0 + cols;
        int f2 = f1 + cols;
        int f3 = f2 + cols;
        long d0 = out + dstAt[row];
        long d1 = out + dstAt[row + 1];
        long d2 = out + dstAt[row + 2];
        long d3 = out + dstAt[row + 3];
        for (long i = from; i < to; i += TWO) {
            ByteVector x0 = ByteVector.zero(SPECIES);
            ByteVector x1 = ByteVector.zero(SPECIES);
            ByteVector x2 = ByteVector.zero(SPECIES);
            ByteVector x3 = ByteVector.zero(SPECIES);
            ByteVector y0 = ByteVector.zero(SPECIES);
            ByteVector y1 = ByteVector.zero(SPECIES);
            ByteVector y2 = ByteVector.zero(SPECIES);
            ByteVector y3 = ByteVector.zero(SPECIES);
            for (int j = 0; j < cols; j++) {
                long at = in + srcAt[j] + i;
                ByteVector x = load(at);
                ByteVector y = load(at + WIDTH);
                ByteVector xHigh = high(x);
                ByteVector yHigh = high(y);
                long t = TABLE + (factors[f0 + j] & 0xff) * TWO;
                ByteVector low = load(t);
                ByteVector high = load(t + WIDTH);
                x0 = sum(x0, x.selectFrom(low), xHigh.selectFrom(high));
                y0 = sum(y0, y.selectFrom(low), yHigh.selectFrom(high));
                t = TABLE + (factors[f1 + j] & 0xff) * TWO;
                low = load(t);
                high = load(t + WIDTH);
                x1 = sum(x1, x.selectFrom(low), xHigh.selectFrom(high));
                y1 = sum(y1, y.selectFrom(low), yHigh.selectFrom(high));
                t = TABLE + (factors[f2 + j] & 0xff) * TWO;
                low = load(t);
                high = load(t + WIDTH);
                x2 = sum(x2, x.selectFrom(low), xHigh.selectFrom(high));
                y2 = sum(y2, y.selectFrom(low), yHigh.selectFrom(high));
                t = TABLE + (factors[f3 + j] & 0xff) * TWO;
                low = load(t);
                high = load(t + WIDTH);
                x3 = sum(x3, x.selectFrom(low), xHigh.selectFrom(high));
                y3 = sum(y3, y.selectFrom(low), yHigh.selectFrom(high));
            }
            x0.intoMemorySegment(ALL, d0 + i, ORDER);
            y0.intoMemorySegment(ALL, d0 + i + WIDTH, ORDER);
            x1.intoMemorySegment(ALL, d1 + i, ORDER);
            y1.intoMemorySegment(ALL, d1 + i + WIDTH, ORDER);
            x2.intoMemorySegment(ALL, d2 + i, ORDER);
            y2.intoMemorySegment(ALL, d2 + i + WIDTH, ORDER);
            x3.intoMemorySegment(ALL, d3 + i, ORDER);
            y3.intoMemorySegment(ALL, d3 + i + WIDTH, ORDER);
        }
    }

    private static void one(
            byte[] factors,
            int row,
            int cols,
            long in,
            long[] srcAt,
            long out,
            long[] dstAt,
            long from,
            long to) {
        int f = row * cols;
        for (long i = from; i < to; i += WIDTH) {
            ByteVector sum = ByteVector.zero(SPECIES);
            for (int j = 0; j < cols; j++) {
                ByteVector x = load(in + srcAt[j] + i);
                long t = table(factors[f + j]);
                sum = sum(sum, x.selectFrom(load(t)), high(x).selectFrom(load(t + WIDTH)));
            }
            store(sum, out + dstAt[row] + i);
        }
    }

    @Override
    public void run(Schedule schedule, Slots slots, long n) {
        slots.check(n);
        if (n < WIDTH) {
            Tails.run(schedule, slots, 0, n);
            return;
        }
        try {
            VectorSums.run(schedule.code(), schedule.length(), slots.addresses(), n);
        } finally {
            Reference.reachabilityFence(slots);
        }
    }
}
