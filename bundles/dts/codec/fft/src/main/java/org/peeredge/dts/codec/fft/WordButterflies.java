// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.peeredge.dts.codec.fft.Vectors.TABLE;
import static org.peeredge.dts.codec.fft.Vectors.WIDTH;
import static org.peeredge.dts.codec.fft.Vectors.add;
import static org.peeredge.dts.codec.fft.Vectors.addMap;
import static org.peeredge.dts.codec.fft.Vectors.load;
import static org.peeredge.dts.codec.fft.Vectors.store;
import static org.peeredge.dts.codec.fft.Vectors.zero;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import org.peeredge.dts.coding.Memory;

/**
 * Butterflies over GF(2^16) whose factors are words. Columns are {@link Tower} pairs in units: a
 * vector of low bytes, then one of high ones.
 */
final class WordButterflies {
    /** Bytes of a unit: a vector of low ones, a vector of high ones. */
    static final int UNIT = 2 * WIDTH;

    private static final MemorySegment PRODUCTS = Vectors.products(CantorField.WORDS);
    private static final MemorySegment FOLD = foldTable();

    /** Where the tables of products by bytes are. */
    static final long PRODUCT_TABLES = PRODUCTS.address();

    /** Where the table of {@link Tower#fold} is. */
    static final long FOLD_TABLE = FOLD.address();

    private WordButterflies() {}

    private static MemorySegment foldTable() {
        MemorySegment table = Memory.allocate(TABLE);
        Vectors.table(table, 0, Tower::fold);
        return table;
    }

    /** The table of c0 of a factor. */
    static long low(int factor) {
        return PRODUCT_TABLES + (long) Tower.low(factor) * TABLE;
    }

    /** The table of c0 + c1 of a factor. */
    static long both(int factor) {
        return PRODUCT_TABLES + (long) (Tower.low(factor) ^ Tower.high(factor)) * TABLE;
    }

    /** The table of b7 c1 of a factor. */
    static long high(int factor) {
        return PRODUCT_TABLES + (long) Tower.highTimesB7(factor) * TABLE;
    }

    /**
     * One layer towards coefficients.
     *
     * @param p address of the first block
     * @param step bytes of each of the two runs of a block
     * @param blocks how many, one after another
     * @param point of the first block
     */
    static void inverse2(long p, int step, int blocks, int layer, int point, long none) {
        long a = p;
        int x = point;
        for (int block = 0; block < blocks; block++) {
            long tableLow = low(x >> layer);
            long tableBoth = both(x >> layer);
            long tableHigh = high(x >> layer);
            long b = a + step;
            for (int i = 0; i < step; i += UNIT) {
                ByteVector aLow = load(a + i);
                ByteVector aHigh = load(a + i + WIDTH);
                ByteVector bLow = add(load(b + i), aLow);
                ByteVector bHigh = add(load(b + i + WIDTH), aHigh);
                ByteVector low = addMap(zero(), bLow, tableLow);
                aLow = addMap(add(aLow, low), bHigh, tableHigh);
                aHigh = addMap(add(aHigh, low), add(bLow, bHigh), tableBoth);
                store(aLow, a + i);
                store(aHigh, a + i + WIDTH);
                store(bLow, b + i);
                store(bHigh, b + i + WIDTH);
            }
            a = b + step;
            x += 2 << layer;
        }
    }

    /** One layer towards values. */
    static void forward2(long p, int step, int blocks, int layer, int point, long none) {
        long a = p;
        int x = point;
        for (int block = 0; block < blocks; block++) {
            long tableLow = low(x >> layer);
            long tableBoth = both(x >> layer);
            long tableHigh = high(x >> layer);
            long b = a + step;
            for (int i = 0; i < step; i += UNIT) {
                ByteVector bLow = load(b + i);
                ByteVector bHigh = load(b + i + WIDTH);
                ByteVector low = addMap(zero(), bLow, tableLow);
                ByteVector aLow = addMap(add(load(a + i), low), bHigh, tableHigh);
                ByteVector aHigh =
                        addMap(add(load(a + i + WIDTH), low), add(bLow, bHigh), tableBoth);
                store(aLow, a + i);
                store(aHigh, a + i + WIDTH);
                store(add(bLow, aLow), b + i);
                store(add(bHigh, aHigh), b + i + WIDTH);
            }
            a = b + step;
            x += 2 << layer;
        }
    }

    /**
     * Multiplies runs by factors.
     *
     * @param p address of position 0
     * @param step bytes of each run
     * @param factors by position
     */
    static void times(long p, int step, int[] positions, int count, int[] factors) {
        for (int next = 0; next < count; next++) {
            long a = p + (long) positions[next] * step;
            int factor = factors[positions[next]];
            long tableLow = low(factor);
            long tableBoth = both(factor);
            long tableHigh = high(factor);
            for (int i = 0; i < step; i += UNIT) {
                ByteVector aLow = load(a + i);
                ByteVector aHigh = load(a + i + WIDTH);
                ByteVector low = addMap(zero(), aLow, tableLow);
                store(addMap(low, aHigh, tableHigh), a + i);
                store(addMap(low, add(aLow, aHigh), tableBoth), a + i + WIDTH);
            }
        }
    }
}
