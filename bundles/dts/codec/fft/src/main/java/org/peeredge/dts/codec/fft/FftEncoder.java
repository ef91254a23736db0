// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.CountedEncoder;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.SourceBlock;

/**
 * Copies source symbols, and from the first repair symbol that is asked for on repair symbols: one
 * costs as much as all of them, so that they are made together and kept.
 */
final class FftEncoder extends CountedEncoder {
    private final FftCode code;
    private final SourceBlock block;
    private final RepairMaker maker;
    private @Nullable Slab repair;

    /** All repair symbols, when they are made. */
    private volatile @Nullable ByteBuffer made;

    FftEncoder(FftCode code, SourceBlock block, RepairMaker maker) {
        this.code = code;
        this.block = block;
        this.maker = maker;
    }

    @Override
    protected void write(int first, int count, ByteBuffer into) throws IOException {
        BlockShape.check(first, count, code.symbols());
        SourceBlock.checkRoom(into, block.shape().length(first, count));
        int k = code.sourceSymbols();
        int sources = Math.clamp(k - first, 0, count);
        if (sources == count) {
            block.copy(first, count, into);
            return;
        }
        ByteBuffer symbols = made;
        if (symbols == null) {
            symbols = make();
        }
        if (sources > 0) {
            block.copy(first, sources, into);
        }
        int start = (first + sources - k) * code.symbolBytes();
        int length = (count - sources) * code.symbolBytes();
        into.put(into.position(), symbols, start, length);
        into.position(into.position() + length);
    }

    private synchronized ByteBuffer make() throws IOException {
        ByteBuffer here = made;
        if (here != null) {
            return here;
        }
        Slab room = repair;
        if (room == null) {
            room = Memory.lend((long) code.repairSymbols() * code.symbolBytes());
            repair = room;
        }
        maker.make(block.whole(), room.memory());
        here = room.bytes();
        made = here;
        return here;
    }

    @Override
    public synchronized void reset(GroupSource group) {
        block.reset(group);
        made = null;
    }

    @Override
    protected synchronized void free() {
        block.close();
        made = null;
        Slab room = repair;
        if (room != null) {
            room.close();
            repair = null;
        }
        maker.close();
    }
}
