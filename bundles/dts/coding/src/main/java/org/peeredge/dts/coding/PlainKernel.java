// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Eight bytes in a long, for JVMs without vectors. A sum of products is made bit plane by bit
 * plane, as Horner evaluates a polynomial: from the highest bit down, double what is there and add
 * each source whose factor has that bit; for each row that is seven doublings in all, not seven for
 * each source. The loops run over arrays with one index, which is what the JIT turns into vector
 * code.
 */
final class PlainKernel implements Gf256Kernel {
    /** Longs of each range in one go: rows and sources together stay near the core. */
    private static final int COLUMN = 512;

    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Columns of sources, then one that sums; kept for the next call. */
    private static final class Scratch {
        long[][] columns = new long[0][];
        final long[] sum = new long[COLUMN];

        long[][] columns(int count) {
            if (columns.length < count) {
                columns = new long[count][COLUMN];
            }
            return columns;
        }
    }

    private final AtomicReference<@Nullable Scratch> spare = new AtomicReference<>();

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public void xor(MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n) {
        Scratch scratch = take();
        long[] x = scratch.columns(1)[0];
        long[] sum = scratch.sum;
        long whole = n & -8;
        for (long from = 0; from < whole; from += COLUMN * 8L) {
            int longs = (int) Math.min(COLUMN, (whole - from) / 8);
            MemorySegment.copy(src, LONG, srcAt + from, x, 0, longs);
            MemorySegment.copy(dst, LONG, dstAt + from, sum, 0, longs);
            add(sum, x, longs);
            MemorySegment.copy(sum, 0, dst, LONG, dstAt + from, longs);
        }
        spare.set(scratch);
        Tails.xor(dst, dstAt, src, srcAt, whole, n);
    }

    @Override
    public void mulAdd(
            MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n, int factor) {
        Scratch scratch = take();
        long[][] columns = scratch.columns(2);
        long[] x = columns[0];
        long[] y = columns[1];
        long[] sum = scratch.sum;
        long whole = n & -8;
        for (long from = 0; from < whole; from += COLUMN * 8L) {
            int longs = (int) Math.min(COLUMN, (whole - from) / 8);
            MemorySegment.copy(src, LONG, srcAt + from, x, 0, longs);
            MemorySegment.copy(dst, LONG, dstAt + from, y, 0, longs);
            product(sum, x, longs, factor);
            add(sum, y, longs);
            MemorySegment.copy(sum, 0, dst, LONG, dstAt + from, longs);
        }
        spare.set(scratch);
        Tails.mulAdd(dst, dstAt, src, srcAt, whole, n, factor);
    }

    @Override
    public void mul(MemorySegment dst, long dstAt, long n, int factor) {
        Scratch scratch = take();
        long[] x = scratch.columns(1)[0];
        long[] sum = scratch.sum;
        long whole = n & -8;
        for (long from = 0; from < whole; from += COLUMN * 8L) {
            int longs = (int) Math.min(COLUMN, (whole - from) / 8);
            MemorySegment.copy(dst, LONG, dstAt + from, x, 0, longs);
            product(sum, x, longs, factor);
            MemorySegment.copy(sum, 0, dst, LONG, dstAt + from, longs);
        }
        spare.set(scratch);
        Tails.mul(dst, dstAt, whole, n, factor);
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
        Scratch scratch = take();
        long[][] columns = scratch.columns(cols);
        long[] sum = scratch.sum;
        long whole = n & -8;
        for (long from = 0; from < whole; from += COLUMN * 8L) {
            int longs = (int) Math.min(COLUMN, (whole - from) / 8);
            for (int j = 0; j < cols; j++) {
                MemorySegment.copy(src, LONG, srcAt[j] + from, columns[j], 0, longs);
            }
            for (int row = 0; row < rows; row++) {
                sum(sum, columns, longs, factors, row * cols, cols);
                MemorySegment.copy(sum, 0, dst, LONG, dstAt[row] + from, longs);
            }
        }
        spare.set(scratch);
        if (whole < n) {
            Tails.dot(factors, rows, cols, src, 0, srcAt, dst, 0, dstAt, whole, n);
        }
    }

    /** Many threads may ask at once; all but one of them work in new memory. */
    private Scratch take() {
        Scratch here = spare.getAndSet(null);
        return here == null ? new Scratch() : here;
    }

    private static void sum(
            long[] sum, long[][] columns, int longs, byte[] factors, int first, int cols) {
        Arrays.fill(sum, 0, longs, 0);
        for (int bit = 7; bit >= 0; bit--) {
            if (bit < 7) {
                twice(sum, longs);
            }
            int j = next(factors, first, 0, cols, bit);
            while (j < cols) {
                int k = next(factors, first, j + 1, cols, bit);
                if (k == cols) {
                    add(sum, columns[j], longs);
                    break;
                }
                int l = next(factors, first, k + 1, cols, bit);
                if (l == cols) {
                    add(sum, columns[j], columns[k], longs);
                    break;
                }
                add(sum, columns[j], columns[k], columns[l], longs);
                j = next(factors, first, l + 1, cols, bit);
            }
        }
    }

    /** The next source whose factor has the bit; {@code cols} when there is none. */
    private static int next(byte[] factors, int first, int j, int cols, int bit) {
        int at = j;
        while (at < cols && (factors[first + at] >>> bit & 1) == 0) {
            at++;
        }
        return at;
    }

    private static void product(long[] sum, long[] x, int longs, int factor) {
        Arrays.fill(sum, 0, longs, 0);
        for (int bit = 7; bit >= 0; bit--) {
            twice(sum, longs);
            if ((factor >>> bit & 1) != 0) {
                add(sum, x, longs);
            }
        }
    }

    private static void twice(long[] a, int longs) {
        for (int i = 0; i < longs; i++) {
            long x = a[i];
            long carry = x >>> 7 & LOW_BITS;
            a[i] = (x & ~HIGH_BITS) << 1 ^ carry ^ carry << 2 ^ carry << 3 ^ carry << 4;
        }
    }

    private static void add(long[] a, long[] x, int longs) {
        for (int i = 0; i < longs; i++) {
            a[i] ^= x[i];
        }
    }

    private static void add(long[] a, long[] x, long[] y, int longs) {
        for (int i = 0; i < longs; i++) {
            a[i] ^= x[i] ^ y[i];
        }
    }

    private static void add(long[] a, long[] x, long[] y, long[] z, int longs) {
        for (int i = 0; i < longs; i++) {
            a[i] ^= x[i] ^ y[i] ^ z[i];
        }
    }
}
