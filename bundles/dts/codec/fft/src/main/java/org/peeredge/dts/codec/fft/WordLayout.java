// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.peeredge.dts.codec.fft.Vectors.WIDTH;
import static org.peeredge.dts.codec.fft.Vectors.addMap;
import static org.peeredge.dts.codec.fft.Vectors.blend;
import static org.peeredge.dts.codec.fft.Vectors.load;
import static org.peeredge.dts.codec.fft.Vectors.store;
import static org.peeredge.dts.codec.fft.Vectors.zero;
import static org.peeredge.dts.codec.fft.WordButterflies.FOLD_TABLE;
import static org.peeredge.dts.codec.fft.WordButterflies.UNIT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import org.peeredge.dts.coding.Memory;

/**
 * Symbols of words as leopard has them in memory, chunks of 32 low bytes and the 32 high ones, to
 * and from {@link Tower} pairs in units of {@link WordButterflies}. A vector of 64 bytes holds the
 * low bytes of two chunks: its quarters come from overlapping loads.
 */
final class WordLayout {
    private static final int CHUNK = 64;
    private static final int HALF = CHUNK / 2;

    /** Ones in the upper half of a vector of 64 bytes. */
    private static final MemorySegment UPPER = upper();

    private WordLayout() {}

    private static MemorySegment upper() {
        MemorySegment mask = Memory.allocate(CHUNK);
        mask.asSlice(HALF).fill((byte) 0xff);
        return mask;
    }

    /**
     * From symbols of whole chunks to pairs.
     *
     * @param from address in the first symbol
     * @param symbolBytes from one symbol to the next
     * @param p address of the first column
     * @param stride from one column to the next
     * @param bytes whole units to take of each
     */
    static void toPairs(long from, int symbolBytes, long p, int stride, int bytes, int count) {
        ByteVector upper = load(UPPER.address());
        ByteVector foldLow = load(FOLD_TABLE);
        ByteVector foldHigh = load(FOLD_TABLE + WIDTH);
        for (int next = 0; next < count; next++) {
            long symbol = from + (long) next * symbolBytes;
            long column = p + (long) next * stride;
            for (int i = 0; i < bytes; i += UNIT) {
                ByteVector low;
                ByteVector high;
                if (WIDTH == CHUNK) {
                    ByteVector middle = load(symbol + i + HALF);
                    low = blend(load(symbol + i), middle, upper);
                    high = blend(middle, load(symbol + i + CHUNK), upper);
                } else {
                    low = load(symbol + quarter(i));
                    high = load(symbol + quarter(i) + HALF);
                }
                store(addMap(low, high, foldLow, foldHigh), column + i);
                store(high, column + i + WIDTH);
            }
        }
    }

    /**
     * From one chunk of each symbol to half a unit, where a unit is two chunks; reads half a chunk
     * more.
     */
    static void chunkToPairs(long from, int symbolBytes, long p, int stride, int count) {
        ByteVector upper = load(UPPER.address());
        for (int i = 0; i < count; i++) {
            long symbol = from + (long) i * symbolBytes;
            long column = p + (long) i * stride;
            ByteVector low = blend(load(symbol), zero(), upper);
            ByteVector high = blend(load(symbol + HALF), zero(), upper);
            store(addMap(low, high, FOLD_TABLE), column);
            store(high, column + WIDTH);
        }
    }

    /**
     * From pairs to symbols of whole chunks.
     *
     * @param p address of position 0
     * @param to address in the symbol of position {@code first}
     */
    static void fromPairs(
            long p,
            int stride,
            long to,
            int symbolBytes,
            int bytes,
            int[] positions,
            int count,
            int first) {
        ByteVector upper = load(UPPER.address());
        ByteVector foldLow = load(FOLD_TABLE);
        ByteVector foldHigh = load(FOLD_TABLE + WIDTH);
        for (int next = 0; next < count; next++) {
            long symbol = to + (long) (positions[next] - first) * symbolBytes;
            long column = p + (long) positions[next] * stride;
            for (int i = 0; i < bytes; i += UNIT) {
                ByteVector high = load(column + i + WIDTH);
                ByteVector low = addMap(load(column + i), high, foldLow, foldHigh);
                if (WIDTH == CHUNK) {
                    // quarters of the unit: low, low of the second chunk, high, high of the second
                    ByteVector middle = load(column + i + HALF);
                    ByteVector last = load(column + i + CHUNK + HALF);
                    ByteVector second = addMap(middle, last, foldLow, foldHigh);
                    store(blend(low, middle, upper), symbol + i);
                    store(blend(second, high, upper), symbol + i + CHUNK);
                } else {
                    store(low, symbol + quarter(i));
                    store(high, symbol + quarter(i) + HALF);
                }
            }
        }
    }

    /** From half a unit to one chunk of each symbol, where a unit is two chunks. */
    static void chunkFromPairs(
            long p, int stride, long to, int symbolBytes, int[] positions, int count, int first) {
        ByteVector upper = load(UPPER.address());
        for (int i = 0; i < count; i++) {
            long symbol = to + (long) (positions[i] - first) * symbolBytes;
            long column = p + (long) positions[i] * stride;
            ByteVector low = addMap(load(column), load(column + WIDTH), FOLD_TABLE);
            store(blend(low, load(column + HALF), upper), symbol);
        }
    }

    /** Where the low bytes of a unit of two vectors of 16 are: two such units are a chunk. */
    private static int quarter(int unit) {
        return unit / CHUNK * CHUNK + unit % CHUNK / 2;
    }
}
