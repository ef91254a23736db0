// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.SourceBlock;

/** Puts source symbols in their places, keeps repair symbols, and mends from any k of them. */
final class FftDecoder implements Decoder {
    private static final MemorySegment NONE = MemorySegment.NULL;

    private final FftCode code;
    private final BitSet here;
    private BlockShape shape;
    private @Nullable BlockMender mender;
    private MemorySegment block;
    private ByteBuffer blockBytes;
    private MemorySegment repair = NONE;
    private @Nullable ByteBuffer repairBytes;
    private int count;
    private boolean mended;

    FftDecoder(FftCode code, BlockShape shape, BlockMender mender) {
        this.code = code;
        this.shape = shape;
        this.mender = mender;
        here = new BitSet(code.symbols());
        block = Memory.allocate(shape.paddedBytes());
        blockBytes = block.asByteBuffer();
    }

    @Override
    public boolean offer(int number, ByteBuffer symbol) {
        checkOpen();
        BlockShape.check(number, 1, code.symbols());
        shape.checkLength(number, symbol.remaining());
        if (ready() || here.get(number)) {
            return ready();
        }
        int k = code.sourceSymbols();
        if (number < k) {
            put(blockBytes, number, symbol);
        } else {
            put(repairs(), number - k, symbol);
        }
        here.set(number);
        count++;
        return ready();
    }

    private void put(ByteBuffer symbols, int index, ByteBuffer symbol) {
        symbols.put(index * code.symbolBytes(), symbol, symbol.position(), symbol.remaining());
    }

    private ByteBuffer repairs() {
        ByteBuffer bytes = repairBytes;
        if (bytes == null) {
            repair = Memory.allocate((long) code.repairSymbols() * code.symbolBytes());
            bytes = repair.asByteBuffer();
            repairBytes = bytes;
        }
        return bytes;
    }

    @Override
    public boolean ready() {
        return count == code.sourceSymbols();
    }

    @Override
    public void recover(ByteBuffer into) {
        BlockMender by = checkOpen();
        if (!ready()) {
            throw new IllegalStateException(
                    count + " of " + code.sourceSymbols() + " symbols are here");
        }
        int bytes = shape.blockBytes();
        SourceBlock.checkRoom(into, bytes);
        if (!mended && here.nextClearBit(0) < code.sourceSymbols()) {
            by.mend(block, repair, here);
        }
        mended = true;
        into.put(into.position(), blockBytes, 0, bytes);
        into.position(into.position() + bytes);
    }

    @Override
    public void reset(int groupBytes) {
        checkOpen();
        if (groupBytes != shape.blockBytes()) {
            shape = new BlockShape(shape.id(), groupBytes);
        }
        for (int i = groupBytes; i < shape.paddedBytes(); i++) {
            blockBytes.put(i, (byte) 0); // a forged symbol may have left something there
        }
        here.clear();
        count = 0;
        mended = false;
    }

    @Override
    public void close() {
        mender = null;
        block = NONE;
        blockBytes = NONE.asByteBuffer();
        repair = NONE;
        repairBytes = null;
    }

    private BlockMender checkOpen() {
        BlockMender by = mender;
        if (by == null) {
            throw new IllegalStateException("the decoder is closed");
        }
        return by;
    }
}
