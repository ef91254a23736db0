// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Plain columns over GF(2^8): bytes as they are in the symbols. */
final class PlainByteColumns extends PlainColumns {
    private static final int TARGET_BYTES = 1 << 18;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long[] PRODUCTS = PlainMaps.products(CantorField.BYTES);

    private final long[][] columns;
    private final long[] product;

    PlainByteColumns(int positions, int symbolBytes) {
        super(ColumnWidth.of(positions, symbolBytes, 64, TARGET_BYTES));
        columns = new long[positions][columnBytes() / 8];
        product = new long[columnBytes() / 8];
    }

    private int longs() {
        return (width() + 7) / 8;
    }

    @Override
    void add(int x, int y) {
        PlainMaps.add(columns[x], columns[y], longs());
    }

    @Override
    void addTimes(int x, int y, int factor) {
        PlainMaps.addMap(columns[x], columns[y], longs(), PRODUCTS, 8 * factor);
    }

    @Override
    void load(int position, MemorySegment symbols, long at) {
        long[] column = columns[position];
        int whole = width() / 8;
        MemorySegment.copy(symbols, LONG, at, column, 0, whole);
        for (int i = 8 * whole; i < width(); i++) {
            long x = symbols.get(ValueLayout.JAVA_BYTE, at + i) & 0xffL;
            column[whole] = i == 8 * whole ? x : column[whole] | x << (8 * (i & 7));
        }
    }

    @Override
    public void clear(int from, int to) {
        for (int i = from; i < to; i++) {
            Arrays.fill(columns[i], 0, longs(), 0);
        }
    }

    @Override
    void store(int position, MemorySegment symbols, long at) {
        long[] column = columns[position];
        int whole = width() / 8;
        MemorySegment.copy(column, 0, symbols, LONG, at, whole);
        for (int i = 8 * whole; i < width(); i++) {
            symbols.set(ValueLayout.JAVA_BYTE, at + i, (byte) (column[whole] >>> (8 * (i & 7))));
        }
    }

    @Override
    void times(int position, int factor) {
        long[] column = columns[position];
        Arrays.fill(product, 0);
        PlainMaps.addMap(product, column, longs(), PRODUCTS, 8 * factor);
        System.arraycopy(product, 0, column, 0, longs());
    }
}
