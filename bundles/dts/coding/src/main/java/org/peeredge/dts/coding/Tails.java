// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The last bytes of ranges, from {@code from} to {@code n}, that do not fill a vector. */
final class Tails {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

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

    /** A schedule on few bytes, eight of them at once where there are. */
    static void run(Schedule schedule, Slots slots, long from, long n) {
        long i = from;
        for (; i <= n - 8; i += 8) {
            runLong(schedule, slots, i);
        }
        for (; i < n; i++) {
            runByte(schedule, slots, i);
        }
    }

    private static void runLong(Schedule schedule, Slots slots, long from) {
        int[] code = schedule.code();
        int pc = 0;
        while (pc < schedule.length()) {
            int end = pc + 2 + (code[pc] & ~Schedule.POLYNOMIAL);
            long sum = 0;
            if (code[pc] < Schedule.POLYNOMIAL) {
                for (int i = pc + 2; i < end; i++) {
                    sum ^= slots.segment(code[i]).get(LONG, slots.at(code[i]) + from);
                }
            } else {
                for (int i = pc + 2; i < end; i += 3) {
                    sum = twice(sum) ^ slots.segment(code[i]).get(LONG, slots.at(code[i]) + from);
                    for (int j = 1; j <= 2; j++) {
                        MemorySegment to = slots.segment(code[i + j]);
                        long at = slots.at(code[i + j]) + from;
                        to.set(LONG, at, to.get(LONG, at) ^ sum);
                    }
                }
            }
            slots.segment(code[pc + 1]).set(LONG, slots.at(code[pc + 1]) + from, sum);
            pc = end;
        }
    }

    private static void runByte(Schedule schedule, Slots slots, long from) {
        int[] code = schedule.code();
        int pc = 0;
        while (pc < schedule.length()) {
            int end = pc + 2 + (code[pc] & ~Schedule.POLYNOMIAL);
            byte sum = 0;
            if (code[pc] < Schedule.POLYNOMIAL) {
                for (int i = pc + 2; i < end; i++) {
                    sum ^= slots.segment(code[i]).get(BYTE, slots.at(code[i]) + from);
                }
            } else {
                for (int i = pc + 2; i < end; i += 3) {
                    byte x = slots.segment(code[i]).get(BYTE, slots.at(code[i]) + from);
                    sum = (byte) (Gf256.mul(2, sum & 0xff) ^ x);
                    for (int j = 1; j <= 2; j++) {
                        MemorySegment to = slots.segment(code[i + j]);
                        long at = slots.at(code[i + j]) + from;
                        to.set(BYTE, at, (byte) (to.get(BYTE, at) ^ sum));
                    }
                }
            }
            slots.segment(code[pc + 1]).set(BYTE, slots.at(code[pc + 1]) + from, sum);
            pc = end;
        }
    }

    /** Eight elements of the field doubled. */
    static long twice(long x) {
        long carry = x >>> 7 & 0x0101010101010101L;
        return (x & ~0x8080808080808080L) << 1 ^ carry ^ carry << 2 ^ carry << 3 ^ carry << 4;
    }
}
