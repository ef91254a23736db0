// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Gf256KernelTest {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int ROOM = 12_000;

    static List<Gf256Kernel> kernels() {
        return Gf256Kernels.all();
    }

    /** This module's tests run with the vector module: both kernels are there to be tested. */
    @Test
    void theVectorKernelIsThere() {
        assertEquals(2, kernels().size(), kernels().toString());
    }

    private static MemorySegment random(SplittableRandom random) {
        MemorySegment memory = Memory.allocate(ROOM);
        for (int i = 0; i < ROOM; i += 8) {
            memory.set(ValueLayout.JAVA_LONG, i, random.nextLong());
        }
        return memory;
    }

    private static int at(MemorySegment memory, long at) {
        return memory.get(BYTE, at) & 0xff;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void oneRange(Gf256Kernel kernel) {
        SplittableRandom random = new SplittableRandom(1);
        for (int run = 0; run < 600; run++) {
            MemorySegment dst = random(random);
            MemorySegment src = random(random);
            MemorySegment before = Memory.allocate(ROOM).copyFrom(dst);
            int n = run < 300 ? run : random.nextInt(ROOM - 200);
            int to = random.nextInt(100);
            int from = random.nextInt(100);
            int factor = run < 256 ? run : random.nextInt(256);
            int op = random.nextInt(3);
            switch (op) {
                case 0 -> kernel.xor(dst, to, src, from, n);
                case 1 -> kernel.mulAdd(dst, to, src, from, n, factor);
                default -> kernel.mul(dst, to, n, factor);
            }
            for (int i = 0; i < ROOM; i++) {
                int was = at(before, i);
                int expected = was;
                if (i >= to && i < to + n) {
                    int x = at(src, from + i - to);
                    expected =
                            switch (op) {
                                case 0 -> was ^ x;
                                case 1 -> was ^ Gf256.mul(factor, x);
                                default -> Gf256.mul(factor, was);
                            };
                }
                assertEquals(expected, at(dst, i), "run " + run + " op " + op + " byte " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void matrices(Gf256Kernel kernel) {
        SplittableRandom random = new SplittableRandom(2);
        for (int run = 0; run < 200; run++) {
            int cols = 1 + random.nextInt(12);
            int rows = random.nextInt(10);
            int n = run < 100 ? run : random.nextInt(900);
            byte[] factors = new byte[rows * cols];
            random.nextBytes(factors);
            MemorySegment src = random(random);
            MemorySegment dst = random(random);
            MemorySegment before = Memory.allocate(ROOM).copyFrom(dst);
            long[] srcAt = random.longs(cols, 0, ROOM - n).toArray();
            long[] dstAt = new long[rows];
            for (int i = 0; i < rows; i++) {
                dstAt[i] = 1 + (long) i * (n + 1);
            }
            kernel.dot(factors, rows, cols, src, srcAt, dst, dstAt, n);
            for (int i = 0; i < rows; i++) {
                for (int b = 0; b < n; b++) {
                    int sum = 0;
                    for (int j = 0; j < cols; j++) {
                        sum ^= Gf256.mul(factors[i * cols + j] & 0xff, at(src, srcAt[j] + b));
                    }
                    assertEquals(sum, at(dst, dstAt[i] + b), "run " + run);
                }
                assertEquals(at(before, dstAt[i] - 1), at(dst, dstAt[i] - 1), "run " + run);
                assertEquals(at(before, dstAt[i] + n), at(dst, dstAt[i] + n), "run " + run);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void rangesOutsideTheirSegmentAreRefused(Gf256Kernel kernel) {
        MemorySegment a = Memory.allocate(100);
        MemorySegment b = Memory.allocate(100);
        assertThrows(IndexOutOfBoundsException.class, () -> kernel.xor(a, 1, b, 0, 100));
        assertThrows(IndexOutOfBoundsException.class, () -> kernel.mulAdd(a, 0, b, -1, 64, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> kernel.mul(a, 40, 64, 2));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> kernel.dot(new byte[1], 1, 1, a, new long[] {37}, b, new long[] {0}, 64));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> kernel.dot(new byte[1], 1, 1, a, new long[] {0}, b, new long[] {37}, 64));
    }

    @Test
    void theFieldIsAField() {
        for (int a = 1; a < 256; a++) {
            assertEquals(1, Gf256.mul(a, Gf256.inv(a)));
            assertEquals(a, Gf256.exp(Gf256.log(a)));
            for (int b = 1; b < 256; b++) {
                assertEquals(a, Gf256.div(Gf256.mul(a, b), b));
            }
        }
        assertEquals(0x1d, Gf256.mul(0x80, 2));
        assertThrows(ArithmeticException.class, () -> Gf256.inv(0));
    }

    @Test
    void whoIsInterruptedLeavesItToTheNext() throws InterruptedException {
        Gf256Kernels found = new Gf256Kernels(new TestClock());
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, found::fastest);
        assertTrue(found.fastest().name().length() > 0);
    }

    @Test
    void theFastestIsOneOfThem() throws InterruptedException {
        Gf256Kernels found = new Gf256Kernels(new TestClock());
        Gf256Kernel fastest = found.fastest();
        assertSame(fastest, found.fastest());
        assertTrue(kernels().stream().anyMatch(k -> k.name().equals(fastest.name())));
    }
}
