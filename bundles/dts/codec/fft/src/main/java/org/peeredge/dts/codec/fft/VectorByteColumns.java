// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.peeredge.dts.codec.fft.Vectors.WIDTH;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Columns over GF(2^8): bytes as they are in the symbols. */
final class VectorByteColumns extends VectorColumns {
    private static final int UNIT = 64;
    private static final int TARGET_BYTES = 1 << 15;
    private static final int[] NONE = {};
    private static final MemorySegment PRODUCTS = Vectors.products(CantorField.BYTES);

    VectorByteColumns(int positions, int symbolBytes) {
        super(
                positions,
                ColumnWidth.of(positions, symbolBytes, UNIT, TARGET_BYTES),
                UNIT,
                PRODUCTS.address());
    }

    @Override
    public void load(int first, int count, MemorySegment symbols, long at, int symbolBytes) {
        long from = Vectors.address(symbols, at, (count - 1L) * symbolBytes + width());
        long p = columns(first, count);
        int whole = width() & -WIDTH;
        Passes.move(
                Passes.COPY,
                memory(),
                symbols,
                p,
                stride(),
                from,
                symbolBytes,
                whole,
                count,
                0,
                NONE,
                NONE);
        if (whole < stride()) {
            for (int i = 0; i < count; i++) {
                loadEnd(at(first + i, 1) + whole, symbols, at + (long) i * symbolBytes + whole);
            }
        }
    }

    /** What is not a whole vector, and zeros. */
    private void loadEnd(long to, MemorySegment symbols, long at) {
        int whole = width() & -WIDTH;
        for (long i = 0; i < stride() - whole; i += Long.BYTES) {
            memory().set(ValueLayout.JAVA_LONG, to + i, 0);
        }
        MemorySegment.copy(symbols, at, memory(), to, width() - whole);
    }

    @Override
    public void times(int[] positions, int count, int[] factors) {
        check(positions, count);
        long p = columns(0, positions());
        Passes.move(
                Passes.TIMES,
                memory(),
                PRODUCTS,
                p,
                stride(),
                table(0),
                0,
                0,
                count,
                0,
                positions,
                factors);
    }

    @Override
    public void store(
            int[] positions,
            int count,
            int first,
            MemorySegment symbols,
            long at,
            int symbolBytes) {
        check(positions, count);
        for (int i = 0; i < count; i++) {
            long to = at + (long) (positions[i] - first) * symbolBytes;
            MemorySegment.copy(memory(), at(positions[i], 1), symbols, to, width());
        }
    }
}
