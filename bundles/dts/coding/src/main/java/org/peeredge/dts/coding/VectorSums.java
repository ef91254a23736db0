// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.peeredge.dts.coding.VectorKernel.ALL;
import static org.peeredge.dts.coding.VectorKernel.ORDER;
import static org.peeredge.dts.coding.VectorKernel.SPECIES;
import static org.peeredge.dts.coding.VectorKernel.high;
import static org.peeredge.dts.coding.VectorKernel.load;
import static org.peeredge.dts.coding.VectorKernel.sum;
import static org.peeredge.dts.coding.VectorKernel.table;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Schedules with vectors. Loops are small on purpose: what takes more than the compiler is ready to
 * inline is done with objects instead of registers.
 */
final class VectorSums {
    private static final int WIDTH = SPECIES.length();
    private static final long TWO = 2L * WIDTH;
    private static final long THREE = 3L * WIDTH;
    private static final long FOUR = 4L * WIDTH;

    private VectorSums() {}

    /**
     * Runs the code of a schedule.
     *
     * @param at addresses of slots, all good for {@code n} bytes
     * @param n at least the width of a vector
     */
    static void run(int[] code, int length, long[] at, long n) {
        // The last column covers a part of the one before it, for a second time.
        if (n >= FOUR) {
            for (long from = 0; from < n; from += FOUR) {
                wide(code, length, at, Math.min(from, n - FOUR));
            }
        } else {
            for (long from = 0; from < n; from += WIDTH) {
                narrow(code, length, at, Math.min(from, n - WIDTH));
            }
        }
    }

    /** A column of four vectors: few enough bytes for all slots to stay in the second cache. */
    private static void wide(int[] code, int length, long[] at, long from) {
        int pc = 0;
        while (pc < length) {
            int end = pc + 2 + (code[pc] & ~Schedule.POLYNOMIAL);
            if (code[pc] < Schedule.POLYNOMIAL) {
                wideSum(code, pc, end, at, from);
            } else {
                for (long i = from; i < from + FOUR; i += WIDTH) {
                    polynomial(code, pc, end, at, i);
                }
            }
            pc = end;
        }
    }

    private static void wideSum(int[] code, int pc, int end, long[] at, long from) {
        ByteVector a = ByteVector.zero(SPECIES);
        ByteVector b = ByteVector.zero(SPECIES);
        ByteVector c = ByteVector.zero(SPECIES);
        ByteVector d = ByteVector.zero(SPECIES);
        int i = pc + 2;
        for (; i < end - 1; i += 2) {
            long x = at[code[i]] + from;
            long y = at[code[i + 1]] + from;
            a = sum(a, load(x), load(y));
            b = sum(b, load(x + WIDTH), load(y + WIDTH));
            c = sum(c, load(x + TWO), load(y + TWO));
            d = sum(d, load(x + THREE), load(y + THREE));
        }
        if (i < end) {
            long x = at[code[i]] + from;
            a = a.lanewise(VectorOperators.XOR, load(x));
            b = b.lanewise(VectorOperators.XOR, load(x + WIDTH));
            c = c.lanewise(VectorOperators.XOR, load(x + TWO));
            d = d.lanewise(VectorOperators.XOR, load(x + THREE));
        }
        long to = at[code[pc + 1]] + from;
        a.intoMemorySegment(ALL, to, ORDER);
        b.intoMemorySegment(ALL, to + WIDTH, ORDER);
        c.intoMemorySegment(ALL, to + TWO, ORDER);
        d.intoMemorySegment(ALL, to + THREE, ORDER);
    }

    /** A column of one vector. */
    private static void narrow(int[] code, int length, long[] at, long from) {
        int pc = 0;
        while (pc < length) {
            int end = pc + 2 + (code[pc] & ~Schedule.POLYNOMIAL);
            if (code[pc] < Schedule.POLYNOMIAL) {
                ByteVector a = ByteVector.zero(SPECIES);
                for (int i = pc + 2; i < end; i++) {
                    a = a.lanewise(VectorOperators.XOR, load(at[code[i]] + from));
                }
                a.intoMemorySegment(ALL, at[code[pc + 1]] + from, ORDER);
            } else {
                polynomial(code, pc, end, at, from);
            }
            pc = end;
        }
    }

    /** One vector of a polynomial and of what it is added to. */
    private static void polynomial(int[] code, int pc, int end, long[] at, long from) {
        long two = table((byte) 2);
        ByteVector p = ByteVector.zero(SPECIES);
        for (int i = pc + 2; i < end - 2; i += 3) {
            ByteVector x = load(at[code[i]] + from);
            p = sum(x, p.selectFrom(load(two)), high(p).selectFrom(load(two + WIDTH)));
            long y = at[code[i + 1]] + from;
            p.lanewise(VectorOperators.XOR, load(y)).intoMemorySegment(ALL, y, ORDER);
            long z = at[code[i + 2]] + from;
            p.lanewise(VectorOperators.XOR, load(z)).intoMemorySegment(ALL, z, ORDER);
        }
        p.intoMemorySegment(ALL, at[code[pc + 1]] + from, ORDER);
    }
}
