// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.peeredge.dts.coding.Memory;

/** Plain columns over GF(2^16): {@link Tower} pairs, low and high bytes in arrays of their own. */
final class PlainWordColumns extends PlainColumns {
    private static final int TARGET_BYTES = 1 << 18;
    private static final int CHUNK = LastChunk.CHUNK;

    /** Longs of half a chunk. */
    private static final int HALF = CHUNK / 16;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final long[] PRODUCTS = PlainMaps.products(CantorField.WORDS);
    private static final long[] FOLD = PlainMaps.images(1, i -> Tower.fold(1 << i));

    private final long[][] lows;
    private final long[][] highs;
    private final long[] product;
    private final long[] both;

    /** A whole chunk, for the end of a symbol. */
    private final MemorySegment end = Memory.allocate(CHUNK);

    PlainWordColumns(int positions, int symbolBytes) {
        super(ColumnWidth.of(positions, symbolBytes, CHUNK, TARGET_BYTES));
        int longs = columnBytes() / 16;
        lows = new long[positions][longs];
        highs = new long[positions][longs];
        product = new long[longs];
        both = new long[longs];
    }

    private int longs() {
        return (width() + CHUNK - 1) / CHUNK * HALF;
    }

    @Override
    void add(int x, int y) {
        PlainMaps.add(lows[x], lows[y], longs());
        PlainMaps.add(highs[x], highs[y], longs());
    }

    private static void addTimesByte(long[] a, long[] x, int longs, int factor) {
        PlainMaps.addMap(a, x, longs, PRODUCTS, 8 * factor);
    }

    @Override
    void addTimes(int x, int y, int factor) {
        int longs = longs();
        if (factor < 256) {
            addTimesByte(lows[x], lows[y], longs, factor);
            addTimesByte(highs[x], highs[y], longs, factor);
            return;
        }
        products(y, factor);
        PlainMaps.add(lows[x], product, longs);
        PlainMaps.add(highs[x], product, longs);
        addTimesByte(lows[x], highs[y], longs, Tower.highTimesB7(factor));
        addTimesByte(highs[x], both, longs, Tower.low(factor) ^ Tower.high(factor));
    }

    /** The sum of both bytes of a column, and the product of the low ones with c0. */
    private void products(int y, int factor) {
        int longs = longs();
        System.arraycopy(lows[y], 0, both, 0, longs);
        PlainMaps.add(both, highs[y], longs);
        Arrays.fill(product, 0);
        addTimesByte(product, lows[y], longs, Tower.low(factor));
    }

    @Override
    void times(int position, int factor) {
        int longs = longs();
        products(position, factor);
        System.arraycopy(product, 0, lows[position], 0, longs);
        addTimesByte(lows[position], highs[position], longs, Tower.highTimesB7(factor));
        System.arraycopy(product, 0, highs[position], 0, longs);
        addTimesByte(highs[position], both, longs, Tower.low(factor) ^ Tower.high(factor));
    }

    @Override
    void load(int position, MemorySegment symbols, long at) {
        long[] low = lows[position];
        long[] high = highs[position];
        int whole = width() / CHUNK;
        for (int i = 0; i < whole; i++) {
            MemorySegment.copy(symbols, LONG, at + (long) i * CHUNK, low, i * HALF, HALF);
            MemorySegment.copy(
                    symbols, LONG, at + (long) i * CHUNK + CHUNK / 2, high, i * HALF, HALF);
        }
        int rest = width() - whole * CHUNK;
        if (rest > 0) {
            LastChunk.pad(symbols, at + (long) whole * CHUNK, end, rest);
            MemorySegment.copy(end, LONG, 0, low, whole * HALF, HALF);
            MemorySegment.copy(end, LONG, CHUNK / 2, high, whole * HALF, HALF);
        }
        PlainMaps.addMap(low, high, longs(), FOLD, 0);
    }

    @Override
    public void clear(int from, int to) {
        for (int i = from; i < to; i++) {
            Arrays.fill(lows[i], 0, longs(), 0);
            Arrays.fill(highs[i], 0, longs(), 0);
        }
    }

    @Override
    void store(int position, MemorySegment symbols, long at) {
        long[] low = lows[position];
        long[] high = highs[position];
        PlainMaps.addMap(low, high, longs(), FOLD, 0);
        int whole = width() / CHUNK;
        for (int i = 0; i < whole; i++) {
            MemorySegment.copy(low, i * HALF, symbols, LONG, at + (long) i * CHUNK, HALF);
            MemorySegment.copy(
                    high, i * HALF, symbols, LONG, at + (long) i * CHUNK + CHUNK / 2, HALF);
        }
        int rest = width() - whole * CHUNK;
        if (rest > 0) {
            MemorySegment.copy(low, whole * HALF, end, LONG, 0, HALF);
            MemorySegment.copy(high, whole * HALF, end, LONG, CHUNK / 2, HALF);
            LastChunk.cut(end, symbols, at + (long) whole * CHUNK, rest);
        }
    }
}
