// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Schedule;
import org.peeredge.dts.coding.Slots;

class NativeKernelTest {
    private static final int[] LENGTHS = {
        0, 1, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 255, 256, 257, 300, 511, 513, 1301, 4099
    };

    private final Gf256Kernel plain = Gf256Kernels.plain();

    /** Runs in each form that this CPU has. */
    private static void forAllForms(BiConsumer<NativeKernel, String> test) {
        Natives.assumeBuilt();
        List<Integer> had = new ArrayList<>();
        try (NativeKernel kernel = NativeKernel.load()) {
            for (int form = 0; form < Natives.FORMS; form++) {
                if (kernel.choose(form)) {
                    had.add(form);
                    test.accept(kernel, "form " + form);
                }
            }
            assertFalse(kernel.choose(-1));
        }
        assertTrue(had.size() > 1, "only forms " + had);
    }

    @Test
    void matricesTimesRangesAreThoseOfThePlainKernel() {
        forAllForms((kernel, form) -> {
            Random random = new Random(3);
            MemorySegment src = Natives.random(1 << 20, 4);
            for (int n : LENGTHS) {
                for (int rows : new int[] {1, 2, 3, 4, 5, 8, 11}) {
                    int cols = rows == 5 ? 13 + random.nextInt(187) : random.nextInt(20);
                    dot(kernel, form, random, src, rows, cols, n);
                }
            }
        });
    }

    /** Sources come in any order and may be the same; targets lie with gaps, which stay. */
    private void dot(
            Gf256Kernel kernel,
            String form,
            Random random,
            MemorySegment src,
            int rows,
            int cols,
            int n) {
        byte[] factors = new byte[rows * cols];
        random.nextBytes(factors);
        long[] srcAt = new long[cols];
        for (int j = 0; j < cols; j++) {
            srcAt[j] = random.nextInt((int) src.byteSize() - n + 1);
        }
        long[] dstAt = new long[rows];
        long end = 0;
        for (int i = 0; i < rows; i++) {
            dstAt[i] = end + random.nextInt(5);
            end = dstAt[i] + n;
        }
        MemorySegment expected = Natives.random((int) end + 3, 5);
        MemorySegment actual = Natives.random((int) end + 3, 5);
        plain.dot(factors, rows, cols, src, srcAt, expected, dstAt, n);
        kernel.dot(factors, rows, cols, src, srcAt, actual, dstAt, n);
        assertEquals(
                -1,
                expected.mismatch(actual),
                () -> form + ": " + rows + " x " + cols + " of " + n + " bytes");
    }

    @Test
    void singleRangesAreThoseOfThePlainKernel() {
        forAllForms((kernel, form) -> {
            Random random = new Random(6);
            MemorySegment src = Natives.random(6000, 7);
            for (int n : LENGTHS) {
                for (int factor : new int[] {0, 1, 2, 0x8e, 255, random.nextInt(256)}) {
                    int srcAt = random.nextInt(65);
                    int dstAt = random.nextInt(65);
                    MemorySegment expected = Natives.random(6000, 8);
                    MemorySegment actual = Natives.random(6000, 8);
                    singles(plain, expected, dstAt, src, srcAt, n, factor);
                    singles(kernel, actual, dstAt, src, srcAt, n, factor);
                    assertEquals(
                            -1,
                            expected.mismatch(actual),
                            () -> form + ": " + n + " bytes, factor " + factor);
                }
            }
        });
    }

    private static void singles(
            Gf256Kernel kernel,
            MemorySegment dst,
            int dstAt,
            MemorySegment src,
            int srcAt,
            int n,
            int factor) {
        kernel.mulAdd(dst, dstAt, src, srcAt, n, factor);
        kernel.xor(dst, srcAt, src, dstAt, n);
        kernel.mul(dst, dstAt, n, factor);
        // With itself: the only overlap that is allowed.
        kernel.mulAdd(dst, srcAt, dst, srcAt, n, 3);
    }

    @Test
    void productsInPlaceOfOneSourceAreThoseOfThePlainKernel() {
        forAllForms((kernel, form) -> {
            MemorySegment expected = Natives.random(1301, 9);
            MemorySegment actual = Natives.random(1301, 9);
            long[] at = {0};
            plain.dot(new byte[] {77}, 1, 1, expected, at, expected, at, 1301);
            kernel.dot(new byte[] {77}, 1, 1, actual, at, actual, at, 1301);
            assertEquals(-1, expected.mismatch(actual), form);
        });
    }

    @Test
    void rangesOutsideTheirMemoryAreRefused() {
        try (NativeKernel kernel = Natives.open()) {
            MemorySegment a = Natives.random(100, 1);
            MemorySegment b = Natives.random(100, 1);
            byte[] one = {1};
            long[] at = {0};
            refused(() -> kernel.xor(a, 1, b, 0, 100));
            refused(() -> kernel.xor(a, 0, b, -1, 100));
            refused(() -> kernel.mulAdd(a, 0, b, 0, 101, 3));
            refused(() -> kernel.mulAdd(a, Long.MAX_VALUE, b, 0, 2, 3));
            refused(() -> kernel.mul(a, 0, -1, 3));
            refused(() -> kernel.dot(one, 1, 1, a, new long[] {51}, b, at, 50));
            refused(() -> kernel.dot(one, 1, 1, a, at, b, new long[] {51}, 50));
            refused(() -> kernel.dot(one, 1, 2, a, new long[2], b, at, 50));
            refused(() -> kernel.dot(one, 1, -1, a, at, b, at, 50));
            refused(() -> kernel.dot(new byte[2], 1, 2, a, at, b, at, 50));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> kernel.xor(MemorySegment.ofArray(new byte[100]), 0, b, 0, 100));
            assertEquals(-1, a.mismatch(b));
        }
    }

    private static void refused(Runnable call) {
        assertThrows(IndexOutOfBoundsException.class, call::run);
    }

    @Test
    void memoryThatWasFreedIsRefused() {
        try (NativeKernel kernel = Natives.open()) {
            MemorySegment a = Memory.allocate(100);
            MemorySegment freed;
            try (Arena arena = Arena.ofShared()) {
                freed = arena.allocate(100);
                kernel.xor(a, 0, freed, 0, 100);
            }
            assertThrows(IllegalStateException.class, () -> kernel.xor(a, 0, freed, 0, 100));
        }
    }

    @Test
    void theBestFormIsTakenAndNamed() {
        try (NativeKernel kernel = Natives.open()) {
            String name = kernel.name();
            assertTrue(name.startsWith("native-"), name);
            assertNotEquals("native-portable", name);
        }
    }

    @Test
    void theSelfTestFindsOneWrongByte() {
        Gf256Kernel wrong =
                new Gf256Kernel() {
                    @Override
                    public String name() {
                        return "wrong";
                    }

                    @Override
                    public void xor(
                            MemorySegment dst, long dstAt, MemorySegment src, long srcAt, long n) {
                        plain.xor(dst, dstAt, src, srcAt, n);
                    }

                    @Override
                    public void mulAdd(
                            MemorySegment dst,
                            long dstAt,
                            MemorySegment src,
                            long srcAt,
                            long n,
                            int factor) {
                        plain.mulAdd(dst, dstAt, src, srcAt, n, factor);
                    }

                    @Override
                    public void mul(MemorySegment dst, long dstAt, long n, int factor) {
                        plain.mul(dst, dstAt, n, factor);
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
                        plain.dot(factors, rows, cols, src, srcAt, dst, dstAt, n);
                        if (n % 64 == 3) {
                            long last = dstAt[rows - 1] + n - 1;
                            byte x = dst.get(ValueLayout.JAVA_BYTE, last);
                            dst.set(ValueLayout.JAVA_BYTE, last, (byte) (x ^ 1));
                        }
                    }

                    @Override
                    public void run(Schedule schedule, Slots slots, long n) {
                        plain.run(schedule, slots, n);
                    }
                };
        String said = SelfTest.run(wrong);
        assertTrue(said.startsWith("wrong computes wrongly on this machine: dot, "), said);
        assertEquals("", SelfTest.run(plain));
    }
}
