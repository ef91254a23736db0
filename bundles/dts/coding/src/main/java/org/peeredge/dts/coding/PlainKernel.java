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

    @Override
    public void run(Schedule schedule, Slots slots, long n) {
        slots.check(n);
        Scratch scratch = take();
        long[][] columns = scratch.columns(3);
        int[] code = schedule.code();
        long whole = n & -8;
        for (long from = 0; from < whole; from += COLUMN * 8L) {
            int longs = (int) Math.min(COLUMN, (whole - from) / 8);
            int pc = 0;
            while (pc < schedule.length()) {
                int end = pc + 2 + (code[pc] & ~Schedule.POLYNOMIAL);
                Arrays.fill(scratch.sum, 0, longs, 0);
                if (code[pc] < Schedule.POLYNOMIAL) {
                    sum(scratch.sum, columns, code, pc + 2, end, slots, from, longs);
                } else {
                    polynomial(scratch.sum, columns[0], code, pc + 2, end, slots, from, longs);
                }
                put(scratch.sum, slots, code[pc + 1], from, longs);
                pc = end;
            }
        }
        spare.set(scratch);
        Tails.run(schedule, slots, whole, n);
    }

    private static void sum(
            long[] sum,
            long[][] columns,
            int[] code,
            int first,
            int end,
            Slots slots,
            long from,
            int longs) {
        int i = first;
        for (; i <= end - 3; i += 3) {
            get(columns[0], slots, code[i], from, longs);
            get(columns[1], slots, code[i + 1], from, longs);
            get(columns[2], slots, code[i + 2], from, longs);
            add(sum, columns[0], columns[1], columns[2], longs);
        }
        for (; i < end; i++) {
            get(columns[0], slots, code[i], from, longs);
            add(sum, columns[0], longs);
        }
    }

    private static void polynomial(
            long[] sum,
            long[] x,
            int[] code,
            int first,
            int end,
            Slots slots,
            long from,
            int longs) {
        for (int i = first; i < end; i += 3) {
            twice(sum, longs);
            get(x, slots, code[i], from, longs);
            add(sum, x, longs);
            for (int j = 1; j <= 2; j++) {
                get(x, slots, code[i + j], from, longs);
                add(x, sum, longs);
                put(x, slots, code[i + j], from, longs);
            }
        }
    }

    private static void get(long[] x, Slots slots, int slot, long from, int longs) {
        MemorySegment.copy(slots.segment(slot), LONG, slots.at(slot) + from, x, 0, longs);
    }

    private static void put(long[] x, Slots slots, int slot, long from, int longs) {
        MemorySegment.copy(x, 0, slots.segment(slot), LONG, slots.at(slot) + from, longs);
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
            a[i] = Tails.twice(a[i]);
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
