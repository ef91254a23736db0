// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.Memory;

/** Compares a kernel with the plain one: each length, factors and places from a fixed seed. */
final class SelfTest {
    private static final int MOST_BYTES = 300;
    private static final int MOST_ROWS = 9;

    /** The library takes 128 sources at a time. */
    private static final int MOST_COLS = 140;

    private static final int ROOM = MOST_COLS * MOST_BYTES + 64;

    private final Gf256Kernel plain = Gf256Kernels.plain();
    private final Gf256Kernel kernel;
    private final SplittableRandom random = new SplittableRandom(1);
    private final MemorySegment src = Memory.allocate(ROOM);
    private final MemorySegment expected = Memory.allocate(ROOM);
    private final MemorySegment actual = Memory.allocate(ROOM);

    private SelfTest(Gf256Kernel kernel) {
        this.kernel = kernel;
    }

    /** What is wrong with it; empty when nothing is. */
    static String run(Gf256Kernel kernel) {
        SelfTest test = new SelfTest(kernel);
        fill(test.src, test.random);
        for (int round = 0; round < 4 * MOST_BYTES; round++) {
            String what = test.round(round);
            if (test.expected.mismatch(test.actual) >= 0) {
                return kernel.name() + " computes wrongly on this machine: " + what;
            }
        }
        return "";
    }

    private static void fill(MemorySegment memory, SplittableRandom random) {
        byte[] bytes = new byte[(int) memory.byteSize()];
        random.nextBytes(bytes);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    private String round(int round) {
        int n = round / 4 + 1;
        int dstAt = random.nextInt(64);
        int srcAt = random.nextInt(64);
        int factor = random.nextInt(256);
        String one = ", " + n + " bytes from " + srcAt + " to " + dstAt + ", factor " + factor;
        return switch (round % 4) {
            case 0 -> {
                plain.xor(expected, dstAt, src, srcAt, n);
                kernel.xor(actual, dstAt, src, srcAt, n);
                yield "xor" + one;
            }
            case 1 -> {
                plain.mulAdd(expected, dstAt, src, srcAt, n, factor);
                kernel.mulAdd(actual, dstAt, src, srcAt, n, factor);
                yield "mulAdd" + one;
            }
            case 2 -> {
                plain.mul(expected, dstAt, n, factor);
                kernel.mul(actual, dstAt, n, factor);
                yield "mul" + one;
            }
            default -> {
                int cols = random.nextInt(1, round % 20 == 3 ? MOST_COLS + 1 : 20);
                yield dot(random.nextInt(1, MOST_ROWS + 1), cols, dstAt, srcAt, n);
            }
        };
    }

    private String dot(int rows, int cols, int dstAt, int srcAt, int n) {
        byte[] factors = new byte[rows * cols];
        random.nextBytes(factors);
        long[] from = places(cols, srcAt, n);
        long[] to = places(rows, dstAt, n);
        plain.dot(factors, rows, cols, src, from, expected, to, n);
        kernel.dot(factors, rows, cols, src, from, actual, to, n);
        return "dot, " + rows + " x " + cols + " of " + n + " bytes from " + srcAt + " to " + dstAt;
    }

    private static long[] places(int count, int at, int n) {
        long[] places = new long[count];
        for (int i = 0; i < count; i++) {
            places[i] = at + (long) i * n;
        }
        return places;
    }
}
