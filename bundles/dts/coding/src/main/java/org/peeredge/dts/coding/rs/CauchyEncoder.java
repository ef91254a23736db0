// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.CountedEncoder;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.SourceBlock;

/** Makes repair symbols when they are asked for; holds the block from the first one on. */
final class CauchyEncoder extends CountedEncoder {
    private final Gf256Kernel kernel;
    private final CauchyMatrix matrix;
    private final Targets targets;
    private final SourceBlock block;
    private final int sourceSymbols;
    private final int symbols;
    private final int symbolBytes;

    /** Where each source symbol starts. */
    private final long[] sourceAt;

    /** Kept for the next call; threads that meet each other here make one of their own. */
    private final AtomicReference<@Nullable Scratch> spare = new AtomicReference<>();

    CauchyEncoder(
            Gf256Kernel kernel,
            CauchyMatrix matrix,
            Targets targets,
            BlockShape shape,
            GroupSource group) {
        this.kernel = kernel;
        this.matrix = matrix;
        this.targets = targets;
        block = new SourceBlock(shape, group);
        sourceSymbols = shape.sourceSymbols();
        symbols = sourceSymbols + shape.id().repairSymbols();
        symbolBytes = shape.id().symbolBytes();
        sourceAt = new long[sourceSymbols];
        for (int j = 0; j < sourceSymbols; j++) {
            sourceAt[j] = (long) j * symbolBytes;
        }
    }

    private final class Scratch {
        final byte[] factors = new byte[(symbols - sourceSymbols) * sourceSymbols];
        final long[] targetAt = new long[symbols - sourceSymbols];
        private @Nullable Slab room;

        /** Room off the heap for all repair symbols, for a target that is on it. */
        Slab room() {
            Slab here = room;
            if (here == null) {
                here = Memory.lend((long) targetAt.length * symbolBytes);
                room = here;
            }
            return here;
        }

        void free() {
            Slab here = room;
            if (here != null) {
                here.close();
            }
        }
    }

    @Override
    protected void write(int first, int count, ByteBuffer into) throws IOException {
        BlockShape.check(first, count, symbols);
        SourceBlock.checkRoom(into, block.shape().length(first, count));
        if (into.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        int fromSource = Math.clamp(sourceSymbols - first, 0, count);
        int repairs = count - fromSource;
        // What can fail comes first: the buffer's position says whether it was written.
        MemorySegment whole = repairs > 0 ? block.whole() : MemorySegment.NULL;
        if (fromSource > 0) {
            block.copy(first, fromSource, into);
        }
        if (repairs > 0) {
            Scratch mine = spare.getAndSet(null);
            Scratch scratch = mine == null ? new Scratch() : mine;
            repair(scratch, whole, first + fromSource - sourceSymbols, repairs, into);
            spare.set(scratch);
        }
    }

    private void repair(
            Scratch scratch, MemorySegment whole, int first, int count, ByteBuffer into) {
        byte[] factors = matrix.repairs();
        if (first > 0) {
            factors = scratch.factors;
            System.arraycopy(
                    matrix.repairs(), first * sourceSymbols, factors, 0, count * sourceSymbols);
        }
        int at = into.position();
        int length = count * symbolBytes;
        if (into.isDirect()) {
            // Kernels go by addresses: the buffer itself says whether its memory is still there.
            into.put(at, (byte) 0);
            product(scratch, factors, count, whole, targets.memory(into), at);
        } else {
            Slab room = scratch.room();
            product(scratch, factors, count, whole, room.memory(), 0);
            into.put(at, room.bytes(), 0, length);
        }
        into.position(at + length);
    }

    private void product(
            Scratch scratch,
            byte[] factors,
            int rows,
            MemorySegment whole,
            MemorySegment target,
            long at) {
        for (int i = 0; i < rows; i++) {
            scratch.targetAt[i] = at + (long) i * symbolBytes;
        }
        kernel.dot(
                factors,
                rows,
                sourceSymbols,
                whole,
                sourceAt,
                target,
                scratch.targetAt,
                symbolBytes);
    }

    @Override
    public void reset(GroupSource group) {
        block.reset(group);
    }

    @Override
    protected void free() {
        block.close();
        Scratch last = spare.getAndSet(null);
        if (last != null) {
            last.free();
        }
    }
}
