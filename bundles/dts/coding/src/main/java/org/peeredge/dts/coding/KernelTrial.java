// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.peeredge.kernel.api.Clock;

/** A small block by which a kernel shows that it is right, and how fast. */
final class KernelTrial {
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final int COLS = 6;
    private static final int ROWS = 5;

    /** Whole vectors, and some bytes more. */
    private static final int BYTES = 8 * 1024 + 37;

    private final Gf256Kernel kernel;
    private final MemorySegment src = Memory.allocate((long) COLS * BYTES);
    private final MemorySegment dst = Memory.allocate((long) ROWS * BYTES);
    private final byte[] factors = new byte[ROWS * COLS];
    private final long[] srcAt = new long[COLS];
    private final long[] dstAt = new long[ROWS];

    KernelTrial(Gf256Kernel kernel) {
        this.kernel = kernel;
        for (int i = 0; i < src.byteSize(); i++) {
            src.set(BYTE, i, (byte) ((i * 0x9E3779B1) >>> 24));
        }
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (byte) (i * 37 + i / 7);
        }
        for (int j = 0; j < COLS; j++) {
            srcAt[j] = (long) j * BYTES;
        }
        for (int i = 0; i < ROWS; i++) {
            dstAt[i] = (long) i * BYTES;
        }
    }

    int bytes() {
        return COLS * BYTES;
    }

    private void dot() {
        kernel.dot(factors, ROWS, COLS, src, srcAt, dst, dstAt, BYTES);
    }

    /** Whether all operations give what the field says. */
    boolean right() {
        dot();
        for (int row = 0; row < ROWS; row++) {
            for (int i = 0; i < BYTES; i++) {
                int sum = 0;
                for (int j = 0; j < COLS; j++) {
                    int x = src.get(BYTE, srcAt[j] + i) & 0xff;
                    sum ^= Gf256.mul(factors[row * COLS + j] & 0xff, x);
                }
                if (dst.get(BYTE, dstAt[row] + i) != (byte) sum) {
                    return false;
                }
            }
        }
        return rightOnOneRange();
    }

    private boolean rightOnOneRange() {
        int factor = 0xb7;
        for (int i = 0; i < BYTES; i++) {
            dst.set(BYTE, i, (byte) (i * 31));
        }
        kernel.mulAdd(dst, 0, src, 1, BYTES, factor);
        kernel.xor(dst, 0, src, 3, BYTES);
        kernel.mul(dst, 0, BYTES, factor);
        for (int i = 0; i < BYTES; i++) {
            int x = (byte) (i * 31) & 0xff;
            x ^= Gf256.mul(factor, src.get(BYTE, i + 1L) & 0xff) ^ (src.get(BYTE, i + 3L) & 0xff);
            if (dst.get(BYTE, i) != (byte) Gf256.mul(factor, x)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The best time of one product of the matrix, once it gets no better.
     *
     * @param goalNanos the time of the kernel to beat
     */
    double nanos(Clock clock, double goalNanos) throws InterruptedException {
        return WarmUp.run(clock, goalNanos, this::dot);
    }

    /**
     * Warms up the other operations, one by one: inlined into one loop together they are more than
     * C2 takes, and vectors become objects.
     */
    void warmUp(Clock clock) throws InterruptedException {
        WarmUp.run(clock, Double.MAX_VALUE, () -> kernel.xor(dst, 0, src, 0, BYTES));
        WarmUp.run(clock, Double.MAX_VALUE, () -> kernel.mulAdd(dst, 0, src, 0, BYTES, 3));
        WarmUp.run(clock, Double.MAX_VALUE, () -> kernel.mul(dst, 0, BYTES, 3));
    }
}
