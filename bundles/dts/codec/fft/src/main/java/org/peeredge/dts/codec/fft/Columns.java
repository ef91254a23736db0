// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;

/**
 * Working memory for transforms: at each position a column of one symbol, in whatever form suits
 * the kernel, one after another. A column is narrow, so that all symbols' columns together stay
 * near the core while the whole transform runs over them.
 *
 * <p>Layer j of a transform joins positions x and y that are 2^j apart by a butterfly, whose factor
 * follows from the point of the first position of the block of 2^(j+1) positions that they are in.
 * For one thread at a time; allocates nothing.
 */
interface Columns extends AutoCloseable {
    /** The most symbol bytes that a column holds. */
    int columnBytes();

    /** From now on columns hold this many symbol bytes; what they hold now is lost. */
    void width(int symbolBytes);

    /**
     * Takes columns of symbols that are one after another.
     *
     * @param at where the first column starts
     * @param symbolBytes from one symbol to the next
     */
    void load(int first, int count, MemorySegment symbols, long at, int symbolBytes);

    /** Sets positions {@code from} to {@code to - 1} to zero. */
    void clear(int from, int to);

    /**
     * Multiplies columns by factors.
     *
     * @param positions the first {@code count} are those of the columns
     * @param factors by position; 0 clears
     */
    void times(int[] positions, int count, int[] factors);

    /**
     * Writes columns where they belong in symbols that are one after another; the columns are lost.
     *
     * @param positions the first {@code count} are those of the columns
     * @param first the position of the symbol whose column starts at {@code at}
     */
    void store(
            int[] positions, int count, int first, MemorySegment symbols, long at, int symbolBytes);

    /**
     * Two layers towards coefficients: pairs 0-1 and 2-3, then 0-2 and 1-3.
     *
     * @param first the first position, where a block of four times 2^layer positions starts
     * @param count positions, rounded up to whole blocks
     * @param layer the lower layer
     * @param point of the first position
     */
    void inverse4(int first, int count, int layer, int point);

    /** One layer towards coefficients: y += x, x += factor * y. */
    void inverse2(int first, int count, int layer, int point);

    /** Two layers towards values, at points that are positions: 0-2 and 1-3, then 0-1 and 2-3. */
    void forward4(int first, int count, int layer);

    /** One layer towards values: x += factor * y, y += x. */
    void forward2(int first, int count, int layer);

    /** Adds {@code count} positions from {@code from} on to those from {@code to} on. */
    void add(int to, int from, int count);

    /** Adds twice {@code count} positions from {@code from} on to {@code count} from {@code to}. */
    void addTwo(int to, int from, int count);

    /** The formal derivative of 4 coefficients by themselves: to 0 are added 1 and 2, and so on. */
    void derive4(int first);

    /** The formal derivative of 8 coefficients by themselves. */
    void derive8(int first);

    /** Gives its memory back. */
    @Override
    void close();
}
