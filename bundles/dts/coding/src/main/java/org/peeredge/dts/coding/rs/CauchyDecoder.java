// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.SourceBlock;

/**
 * Keeps the first k symbols: source symbols in their places, repair symbols behind them; then
 * computes the source symbols that are missing, and only those.
 */
final class CauchyDecoder implements Decoder {
    private final Gf256Kernel kernel;
    private final CauchyMatrix matrix;
    private final int sourceSymbols;
    private final int symbols;
    private final int symbolBytes;
    private final BitSet here = new BitSet();

    /** Numbers of the symbols that are here, as they came, and where each of them is. */
    private final int[] numbers;

    private final long[] sourceAt;
    private final int[] logs;
    private final int[] missing;
    private final long[] missingAt;
    private final byte[] factors;

    private BlockShape shape;
    private int count;
    private int repairs;
    private boolean recovered;
    private final Slab room;

    CauchyDecoder(Gf256Kernel kernel, CauchyMatrix matrix, BlockShape shape) {
        this.kernel = kernel;
        this.matrix = matrix;
        this.shape = shape;
        sourceSymbols = shape.sourceSymbols();
        symbols = sourceSymbols + shape.id().repairSymbols();
        symbolBytes = shape.id().symbolBytes();
        int most = Math.min(sourceSymbols, symbols - sourceSymbols);
        numbers = new int[sourceSymbols];
        sourceAt = new long[sourceSymbols];
        logs = new int[sourceSymbols];
        missing = new int[most];
        missingAt = new long[most];
        factors = new byte[most * sourceSymbols];
        room = Memory.lend((long) (sourceSymbols + most) * symbolBytes);
        pad();
    }

    @Override
    public boolean offer(int number, ByteBuffer symbol) {
        ByteBuffer view = room.bytes();
        BlockShape.check(number, 1, symbols);
        shape.checkLength(number, symbol.remaining());
        if (count == sourceSymbols || here.get(number)) {
            return ready();
        }
        int slot = number < sourceSymbols ? number : sourceSymbols + repairs++;
        long at = (long) slot * symbolBytes;
        view.put((int) at, symbol, symbol.position(), symbol.remaining());
        here.set(number);
        numbers[count] = number;
        sourceAt[count++] = at;
        return ready();
    }

    @Override
    public boolean ready() {
        return count == sourceSymbols;
    }

    @Override
    public void recover(ByteBuffer into) {
        MemorySegment all = room.memory();
        if (!ready()) {
            throw new IllegalStateException(count + " of " + sourceSymbols + " symbols are here");
        }
        SourceBlock.checkRoom(into, shape.blockBytes());
        if (repairs > 0 && !recovered) {
            restore(all);
            recovered = true;
        }
        int at = into.position();
        into.put(at, room.bytes(), 0, shape.blockBytes());
        into.position(at + shape.blockBytes());
    }

    private void restore(MemorySegment all) {
        int rows = 0;
        for (int j = here.nextClearBit(0); j < sourceSymbols; j = here.nextClearBit(j + 1)) {
            missing[rows] = j;
            missingAt[rows++] = (long) j * symbolBytes;
        }
        matrix.factors(missing, rows, numbers, logs, factors);
        kernel.dot(factors, rows, sourceSymbols, all, sourceAt, all, missingAt, symbolBytes);
    }

    @Override
    public void reset(int groupBytes) {
        room.memory();
        if (groupBytes != shape.blockBytes()) {
            shape = new BlockShape(shape.id(), groupBytes);
        }
        pad();
        here.clear();
        count = 0;
        repairs = 0;
        recovered = false;
    }

    /** The last symbol of a short group counts as padded with zeros. */
    private void pad() {
        for (int i = shape.blockBytes(); i < shape.paddedBytes(); i++) {
            room.bytes().put(i, (byte) 0);
        }
    }

    @Override
    public void close() {
        room.close();
    }
}
