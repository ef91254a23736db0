// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int INPUTS = 9;
    private static final int RESULTS = 6;

    static List<Gf256Kernel> kernels() {
        return Gf256Kernels.all();
    }

    /** Sums of sums, and a polynomial, over all lengths up to some columns. */
    @ParameterizedTest
    @MethodSource("kernels")
    void sumsAndPolynomials(Gf256Kernel kernel) {
        SplittableRandom random = new SplittableRandom(1);
        for (int n = 0; n < 700; n += n < 300 ? 1 : 37) {
            int stride = n + random.nextInt(5);
            MemorySegment in = Memory.allocate((long) INPUTS * stride + 1);
            for (long i = 0; i < in.byteSize(); i++) {
                in.set(BYTE, i, (byte) random.nextInt());
            }
            MemorySegment out = Memory.allocate((long) RESULTS * stride + 1);
            Slots slots = new Slots(n, in, INPUTS, RESULTS);
            slots.region(0, in, 1, stride);
            slots.region(1, out, 0, stride);
            kernel.run(schedule().trimmed(), slots, n);
            for (int i = 0; i < n; i++) {
                check(slots, in, out, i, kernel.name() + " " + n + " bytes, at " + i);
            }
        }
    }

    private static Schedule schedule() {
        Schedule schedule = new Schedule(1);
        int to = INPUTS;
        schedule.sum(to);
        schedule.add(0);
        schedule.drop();
        schedule.sum(to);
        for (int i = 0; i < 5; i++) {
            schedule.add(i);
        }
        schedule.sum(to + 1);
        schedule.addAll(2, new int[] {99, 0, 5, 99}, 1, 3);
        schedule.add(to);
        schedule.sum(to + 2);
        schedule.sum(to + 3);
        schedule.sum(to + 4);
        schedule.polynomial(to + 5);
        for (int i = 0; i < INPUTS; i++) {
            schedule.step(i, to + 2, i % 2 == 0 ? to + 3 : to + 4);
        }
        return schedule;
    }

    private static void check(
            Slots slots, MemorySegment in, MemorySegment out, int i, String what) {
        int[] x = new int[INPUTS];
        for (int slot = 0; slot < INPUTS; slot++) {
            x[slot] = in.get(BYTE, slots.at(slot) + i) & 0xff;
        }
        int[] want = new int[RESULTS];
        want[0] = x[0] ^ x[1] ^ x[2] ^ x[3] ^ x[4];
        want[1] = x[2] ^ x[7] ^ want[0];
        for (int slot = 0; slot < INPUTS; slot++) {
            want[5] = Gf256.mul(2, want[5]) ^ x[slot];
            want[2] ^= want[5];
            want[slot % 2 == 0 ? 3 : 4] ^= want[5];
        }
        for (int slot = 0; slot < RESULTS; slot++) {
            int got = out.get(BYTE, slots.at(INPUTS + slot) + i) & 0xff;
            assertEquals(want[slot], got, what + " in slot " + slot);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void whatIsNotThereIsRefused(Gf256Kernel kernel) {
        MemorySegment memory = Memory.allocate(100);
        Slots slots = new Slots(30, memory, 3);
        assertThrows(IndexOutOfBoundsException.class, () -> slots.region(0, memory, 0, 36));
        assertThrows(IndexOutOfBoundsException.class, () -> slots.region(1, memory, 0, 10));
        assertThrows(
                IllegalArgumentException.class,
                () -> slots.region(0, MemorySegment.ofArray(new byte[100]), 0, 30));
        slots.region(0, memory, 0, 35);
        Schedule schedule = new Schedule(4);
        schedule.sum(0);
        assertThrows(IndexOutOfBoundsException.class, () -> kernel.run(schedule, slots, 31));
        schedule.add(3);
        assertThrows(IndexOutOfBoundsException.class, () -> kernel.run(schedule, slots, 30));
    }
}
