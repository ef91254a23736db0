// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import org.peeredge.dts.coding.Memory;

/** Columns over GF(2^16): {@link Tower} pairs, in units of {@link WordButterflies}. */
final class VectorWordColumns extends VectorColumns {
    /** Bytes that are whole chunks and whole units. */
    private static final int UNIT = Math.max(LastChunk.CHUNK, WordButterflies.UNIT);

    private static final int TARGET_BYTES = 1 << 18;

    private static final int[] NONE = {};
    private static final int[] ONE = {0};

    /** A unit of whole chunks, for the end of a symbol. */
    private final MemorySegment end = Memory.allocate(UNIT);

    VectorWordColumns(int positions, int symbolBytes) {
        super(
                positions,
                ColumnWidth.of(positions, symbolBytes, UNIT, TARGET_BYTES),
                UNIT,
                WordButterflies.PRODUCT_TABLES);
    }

    @Override
    public void load(int first, int count, MemorySegment symbols, long at, int symbolBytes) {
        long from = Vectors.address(symbols, at, (count - 1L) * symbolBytes + width());
        long p = columns(first, count);
        int whole = width() / UNIT * UNIT;
        if (whole > 0) {
            Passes.move(
                    Passes.TO_PAIRS,
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
        }
        int rest = width() - whole;
        int done = 0;
        if (rest == LastChunk.CHUNK) {
            done = count - 1; // not the last one, whose next symbol may not be there
            Passes.move(
                    Passes.CHUNK_TO_PAIRS,
                    memory(),
                    symbols,
                    p + whole,
                    stride(),
                    from + whole,
                    symbolBytes,
                    rest,
                    done,
                    0,
                    NONE,
                    NONE);
        }
        for (int i = done; rest > 0 && i < count; i++) {
            LastChunk.pad(symbols, at + (long) i * symbolBytes + whole, end, rest);
            long last = p + (long) i * stride() + whole;
            Passes.move(
                    Passes.TO_PAIRS,
                    memory(),
                    end,
                    last,
                    UNIT,
                    end.address(),
                    UNIT,
                    UNIT,
                    1,
                    0,
                    NONE,
                    NONE);
        }
    }

    @Override
    public void times(int[] positions, int count, int[] factors) {
        long p = columns(0, positions());
        check(positions, count);
        Passes.move(
                Passes.WORD_TIMES,
                memory(),
                memory(),
                p,
                stride(),
                0,
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
            Vectors.address(symbols, at + (long) (positions[i] - first) * symbolBytes, width());
        }
        long to = symbols.address() + at;
        long p = columns(0, positions());
        int whole = width() / UNIT * UNIT;
        if (whole > 0) {
            Passes.move(
                    Passes.FROM_PAIRS,
                    memory(),
                    symbols,
                    p,
                    stride(),
                    to,
                    symbolBytes,
                    whole,
                    count,
                    first,
                    positions,
                    NONE);
        }
        int rest = width() - whole;
        if (rest == LastChunk.CHUNK) {
            Passes.move(
                    Passes.CHUNK_FROM_PAIRS,
                    memory(),
                    symbols,
                    p + whole,
                    stride(),
                    to + whole,
                    symbolBytes,
                    rest,
                    count,
                    first,
                    positions,
                    NONE);
        } else if (rest > 0) {
            for (int i = 0; i < count; i++) {
                long last = p + (long) positions[i] * stride() + whole;
                Passes.move(
                        Passes.FROM_PAIRS,
                        memory(),
                        end,
                        last,
                        UNIT,
                        end.address(),
                        UNIT,
                        UNIT,
                        1,
                        0,
                        ONE,
                        NONE);
                long symbol = (long) (positions[i] - first) * symbolBytes;
                LastChunk.cut(end, symbols, at + symbol + whole, rest);
            }
        }
    }

    /** How many of {@code count} positions from a point on are joined by bytes in a layer. */
    private static int byBytes(int count, int layer, int point) {
        return Math.clamp((256L << layer) - point, 0, count);
    }

    @Override
    public void inverse4(int first, int count, int layer, int point) {
        int bytes = byBytes(count, layer, point);
        super.inverse4(first, bytes, layer, point);
        int whole = blocks(count - bytes, layer + 2) << (layer + 2);
        inverse2(first + bytes, whole, layer, point + bytes);
        inverse2(first + bytes, whole, layer + 1, point + bytes);
    }

    @Override
    public void inverse2(int first, int count, int layer, int point) {
        int bytes = byBytes(count, layer, point);
        super.inverse2(first, bytes, layer, point);
        run(Passes.WORD_INVERSE2, first + bytes, count - bytes, layer + 1, layer, point + bytes);
    }

    @Override
    public void forward4(int first, int count, int layer) {
        int bytes = byBytes(count, layer, first);
        super.forward4(first, bytes, layer);
        int whole = blocks(count - bytes, layer + 2) << (layer + 2);
        forward2(first + bytes, whole, layer + 1);
        forward2(first + bytes, whole, layer);
    }

    @Override
    public void forward2(int first, int count, int layer) {
        int bytes = byBytes(count, layer, first);
        super.forward2(first, bytes, layer);
        run(Passes.WORD_FORWARD2, first + bytes, count - bytes, layer + 1, layer, first + bytes);
    }
}
