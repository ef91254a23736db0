// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Slab;

/** What columns of bytes and of words share: memory off the heap, products by bytes. */
abstract class VectorColumns implements Columns {
    /** What reads in whole vectors from the last column on may touch. */
    private static final int SLACK = 64;

    private final int positions;

    /** Bytes of a column are a multiple of this. */
    private final int unit;

    private final int columnBytes;
    private final long tables;
    private final Slab room;
    private final MemorySegment memory;
    private final long address;
    private int width;
    private int stride;

    VectorColumns(int positions, int columnBytes, int unit, long tables) {
        this.positions = positions;
        this.unit = unit;
        this.columnBytes = columnBytes;
        this.tables = tables;
        room = Memory.lend((long) positions * columnBytes + SLACK);
        memory = room.memory();
        address = memory.address();
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
        stride = Math.ceilDiv(symbolBytes, unit) * unit;
    }

    /** Symbol bytes in a column. */
    final int width() {
        return width;
    }

    /** Bytes from one column to the next. */
    final int stride() {
        return stride;
    }

    final MemorySegment memory() {
        return memory;
    }

    /** How many positions there are. */
    final int positions() {
        return positions;
    }

    /** Refuses positions that are not there. */
    final void check(int[] positions, int count) {
        for (int i = 0; i < count; i++) {
            Objects.checkIndex(positions[i], this.positions);
        }
    }

    /** Where {@code count} columns from {@code position} on start in memory. */
    final long at(int position, int count) {
        long at = (long) position * stride;
        return Vectors.address(memory, at, (long) count * stride) - address;
    }

    /** The address of {@code count} columns from {@code position} on. */
    final long columns(int position, int count) {
        return Vectors.address(memory, (long) position * stride, (long) count * stride);
    }

    /** Where the table of the products by a byte is. */
    final long table(int factor) {
        return tables + (long) factor * Vectors.TABLE;
    }

    @Override
    public final void clear(int from, int to) {
        if (from < to) {
            runOnce(Passes.CLEAR, from, to - from, (to - from) * stride, 0);
        }
    }

    /** A pass over {@code count} positions, rounded up to whole blocks of 2^blockLayers. */
    final void run(int pass, int first, int count, int blockLayers, int layer, int point) {
        int blocks = blocks(count, blockLayers);
        if (blocks > 0) {
            long p = columns(first, blocks << blockLayers);
            Passes.layer(pass, memory, p, stride << layer, blocks, layer, point, tables);
        }
    }

    private void runOnce(int pass, int first, int count, int step, long from) {
        Passes.layer(pass, memory, columns(first, count), step, 1, 0, 0, from);
    }

    /** Blocks of 2^layers positions. */
    static int blocks(int count, int layers) {
        return (count + (1 << layers) - 1) >> layers;
    }

    @Override
    public void inverse4(int first, int count, int layer, int point) {
        int at0 = point == 0 ? Math.min(count, 4 << layer) : 0;
        run(Passes.INVERSE4_AT_0, first, at0, layer + 2, layer, 0);
        run(Passes.INVERSE4, first + at0, count - at0, layer + 2, layer, point + at0);
    }

    @Override
    public void inverse2(int first, int count, int layer, int point) {
        run(Passes.INVERSE2, first, count, layer + 1, layer, point);
    }

    @Override
    public void forward4(int first, int count, int layer) {
        int at0 = first == 0 ? Math.min(count, 4 << layer) : 0;
        run(Passes.FORWARD4_AT_0, first, at0, layer + 2, layer, 0);
        run(Passes.FORWARD4, first + at0, count - at0, layer + 2, layer, first + at0);
    }

    @Override
    public void forward2(int first, int count, int layer) {
        run(Passes.FORWARD2, first, count, layer + 1, layer, first);
    }

    @Override
    public final void add(int to, int from, int count) {
        runOnce(Passes.ADD1, to, count, count * stride, columns(from, count));
    }

    @Override
    public final void addTwo(int to, int from, int count) {
        runOnce(Passes.ADD2, to, count, count * stride, columns(from, 2 * count));
    }

    @Override
    public final void close() {
        room.close();
    }

    @Override
    public final void derive4(int first) {
        runOnce(Passes.DERIVE4, first, 4, stride, 0);
    }

    @Override
    public final void derive8(int first) {
        runOnce(Passes.DERIVE8, first, 8, stride, 0);
    }
}
