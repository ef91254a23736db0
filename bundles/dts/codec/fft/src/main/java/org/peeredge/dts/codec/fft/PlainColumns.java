// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;

/** What plain columns of bytes and of words share: two layers are four times one. */
abstract class PlainColumns implements Columns {
    private final int columnBytes;
    private int width;

    PlainColumns(int columnBytes) {
        this.columnBytes = columnBytes;
    }

    /** x += factor * y. */
    abstract void addTimes(int x, int y, int factor);

    /** x += y. */
    abstract void add(int x, int y);

    /** Takes the column of a symbol. */
    abstract void load(int position, MemorySegment symbols, long at);

    /** Multiplies a column. */
    abstract void times(int position, int factor);

    /** Writes a column; it is lost. */
    abstract void store(int position, MemorySegment symbols, long at);

    @Override
    public final void load(int first, int count, MemorySegment symbols, long at, int symbolBytes) {
        for (int i = 0; i < count; i++) {
            load(first + i, symbols, at + (long) i * symbolBytes);
        }
    }

    @Override
    public final void times(int[] positions, int count, int[] factors) {
        for (int i = 0; i < count; i++) {
            times(positions[i], factors[positions[i]]);
        }
    }

    @Override
    public final void store(
            int[] positions,
            int count,
            int first,
            MemorySegment symbols,
            long at,
            int symbolBytes) {
        for (int i = 0; i < count; i++) {
            store(positions[i], symbols, at + (long) (positions[i] - first) * symbolBytes);
        }
    }

    @Override
    public final int columnBytes() {
        return columnBytes;
    }

    @Override
    public final void width(int symbolBytes) {
        if (symbolBytes < 1 || symbolBytes > columnBytes) {
            throw new IllegalArgumentException(
                    "column of " + symbolBytes + " bytes, at most " + columnBytes);
        }
        width = symbolBytes;
    }

    /** Symbol bytes in a column. */
    final int width() {
        return width;
    }

    @Override
    public final void inverse4(int first, int count, int layer, int point) {
        int whole = wholeBlocks(count, layer + 2);
        inverse2(first, whole, layer, point);
        inverse2(first, whole, layer + 1, point);
    }

    /** Positions rounded up to whole blocks of 2^layers. */
    private static int wholeBlocks(int count, int layers) {
        return (count + (1 << layers) - 1) >> layers << layers;
    }

    @Override
    public final void inverse2(int first, int count, int layer, int point) {
        int dist = 1 << layer;
        for (int at = 0; at < count; at += 2 * dist) {
            int factor = (point + at) >> layer;
            for (int x = first + at; x < first + at + dist; x++) {
                add(x + dist, x);
                if (factor != 0) {
                    addTimes(x, x + dist, factor);
                }
            }
        }
    }

    @Override
    public final void forward4(int first, int count, int layer) {
        int whole = wholeBlocks(count, layer + 2);
        forward2(first, whole, layer + 1);
        forward2(first, whole, layer);
    }

    @Override
    public final void forward2(int first, int count, int layer) {
        int dist = 1 << layer;
        for (int at = first; at < first + count; at += 2 * dist) {
            int factor = at >> layer;
            for (int x = at; x < at + dist; x++) {
                if (factor != 0) {
                    addTimes(x, x + dist, factor);
                }
                add(x + dist, x);
            }
        }
    }

    @Override
    public final void add(int to, int from, int count) {
        for (int i = 0; i < count; i++) {
            add(to + i, from + i);
        }
    }

    @Override
    public final void addTwo(int to, int from, int count) {
        add(to, from, count);
        add(to, from + count, count);
    }

    @Override
    public final void derive4(int first) {
        derive(first, 3);
    }

    @Override
    public final void derive8(int first) {
        derive(first, 7);
    }

    private void derive(int first, int all) {
        for (int i = 0; i <= all; i++) {
            for (int bits = all & ~i; bits != 0; bits &= bits - 1) {
                add(first + i, first + (i | (bits & -bits)));
            }
        }
    }

    /** It is the collector's. */
    @Override
    public final void close() {}
}
