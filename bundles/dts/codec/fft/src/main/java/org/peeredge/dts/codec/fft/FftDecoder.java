// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.SourceBlock;

/** Puts source symbols in their places, keeps repair symbols, and mends from any k of them. */
final class FftDecoder implements Decoder {
    private final FftCode code;
    private final BitSet here;
    private BlockShape shape;
    private final BlockMender mender;
    private final Slab block;
    private @Nullable Slab repair;
    private int count;
    private boolean mended;

    FftDecoder(FftCode code, BlockShape shape, BlockMender mender) {
        this.code = code;
        this.shape = shape;
        this.mender = mender;
        here = new BitSet(code.symbols());
        block = Memory.lend(shape.paddedBytes());
        pad();
    }

    @Override
    public boolean offer(int number, ByteBuffer symbol) {
        ByteBuffer sources = block.bytes();
        BlockShape.check(number, 1, code.symbols());
        shape.checkLength(number, symbol.remaining());
        if (ready() || here.get(number)) {
            return ready();
        }
        int k = code.sourceSymbols();
        if (number < k) {
            put(sources, number, symbol);
        } else {
            put(repairs().bytes(), number - k, symbol);
        }
        here.set(number);
        count++;
        return ready();
    }

    private void put(ByteBuffer symbols, int index, ByteBuffer symbol) {
        symbols.put(index * code.symbolBytes(), symbol, symbol.position(), symbol.remaining());
    }

    private Slab repairs() {
        Slab here = repair;
        if (here == null) {
            here = Memory.lend((long) code.repairSymbols() * code.symbolBytes());
            repair = here;
        }
        return here;
    }

    @Override
    public boolean ready() {
        return count == code.sourceSymbols();
    }

    @Override
    public void recover(ByteBuffer into) {
        ByteBuffer sources = block.bytes();
        if (!ready()) {
            throw new IllegalStateException(
                    count + " of " + code.sourceSymbols() + " symbols are here");
        }
        int bytes = shape.blockBytes();
        SourceBlock.checkRoom(into, bytes);
        if (!mended && here.nextClearBit(0) < code.sourceSymbols()) {
            mender.mend(block.memory(), repairs().memory(), here);
        }
        mended = true;
        into.put(into.position(), sources, 0, bytes);
        into.position(into.position() + bytes);
    }

    @Override
    public void reset(int groupBytes) {
        block.memory();
        if (groupBytes != shape.blockBytes()) {
            shape = new BlockShape(shape.id(), groupBytes);
        }
        pad();
        here.clear();
        count = 0;
        mended = false;
    }

    /** There may be anything; a forged symbol may have left something, too. */
    private void pad() {
        for (int i = shape.blockBytes(); i < shape.paddedBytes(); i++) {
            block.bytes().put(i, (byte) 0);
        }
    }

    @Override
    public void close() {
        block.close();
        Slab room = repair;
        if (room != null) {
            room.close();
            repair = null;
        }
        mender.close();
    }
}
