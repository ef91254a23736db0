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
        int left = 0;
        long tableLow = 0;
        long tableBoth = 0;
        long tableHigh = 0;
        for (long n = (long) blocks * step; n > 0; n -= UNIT) {
            if (left == 0) {
                left = step;
                a = x == point ? p : a + step;
                tableLow = low(x >> layer);
                tableBoth = both(x >> layer);
                tableHigh = high(x >> layer);
                x += 2 << layer;
            }
            long b = a + step;
            ByteVector aLow = load(a);
            ByteVector aHigh = load(a + WIDTH);
            ByteVector bLow = add(load(b), aLow);
            ByteVector bHigh = add(load(b + WIDTH), aHigh);
            ByteVector low = addMap(zero(), bLow, tableLow);
            aLow = addMap(add(aLow, low), bHigh, tableHigh);
            aHigh = addMap(add(aHigh, low), add(bLow, bHigh), tableBoth);
            store(aLow, a);
            store(aHigh, a + WIDTH);
            store(bLow, b);
            store(bHigh, b + WIDTH);
            a += UNIT;
            left -= UNIT;
        }
    }

    /** One layer towards values. */
    static void forward2(long p, int step, int blocks, int layer, int point, long none) {
        long a = p;
        int x = point;
        int left = 0;
        long tableLow = 0;
        long tableBoth = 0;
        long tableHigh = 0;
        for (long n = (long) blocks * step; n > 0; n -= UNIT) {
            if (left == 0) {
                left = step;
                a = x == point ? p : a + step;
                tableLow = low(x >> layer);
                tableBoth = both(x >> layer);
                tableHigh = high(x >> layer);
                x += 2 << layer;
            }
            long b = a + step;
            ByteVector bLow = load(b);
            ByteVector bHigh = load(b + WIDTH);
            ByteVector low = addMap(zero(), bLow, tableLow);
            ByteVector aLow = addMap(add(load(a), low), bHigh, tableHigh);
            ByteVector aHigh = addMap(add(load(a + WIDTH), low), add(bLow, bHigh), tableBoth);
            store(aLow, a);
            store(aHigh, a + WIDTH);
            store(add(bLow, aLow), b);
            store(add(bHigh, aHigh), b + WIDTH);
            a += UNIT;
            left -= UNIT;
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
        long a = p;
        int next = 0;
        int left = 0;
        long tableLow = 0;
        long tableBoth = 0;
        long tableHigh = 0;
        for (long n = (long) count * step; n > 0; n -= UNIT) {
            if (left == 0) {
                left = step;
                a = p + (long) positions[next] * step;
                int factor = factors[positions[next++]];
                tableLow = low(factor);
                tableBoth = both(factor);
                tableHigh = high(factor);
            }
            ByteVector aLow = load(a);
            ByteVector aHigh = load(a + WIDTH);
            ByteVector low = addMap(zero(), aLow, tableLow);
            store(addMap(low, aHigh, tableHigh), a);
            store(addMap(low, add(aLow, aHigh), tableBoth), a + WIDTH);
            a += UNIT;
            left -= UNIT;
        }
    }
}
