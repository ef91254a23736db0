// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.SourceBlock;

/** Makes repair symbols when they are asked for; holds the block from the first one on. */
final class CauchyEncoder implements Encoder {
    private final Gf256Kernel kernel;
    private final CauchyMatrix matrix;
    private final SourceBlock block;
    private final int sourceSymbols;
    private final int symbols;
    private final int symbolBytes;

    /** Where each source symbol starts. */
    private final long[] sourceAt;

    /** Kept for the next call; threads that meet each other here make one of their own. */
    private final AtomicReference<@Nullable Scratch> spare = new AtomicReference<>();

    CauchyEncoder(Gf256Kernel kernel, CauchyMatrix matrix, BlockShape shape, GroupSource group) {
        this.kernel = kernel;
        this.matrix = matrix;
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
        private @Nullable MemorySegment memory;

        /** Room off the heap for all repair symbols, for a target that is on it. */
        MemorySegment memory() {
            MemorySegment here = memory;
            if (here == null) {
                here = Memory.allocate((long) targetAt.length * symbolBytes);
                memory = here;
            }
            return here;
        }
    }

    @Override
    public void encode(int first, int count, ByteBuffer into) throws IOException {
        BlockShape.check(first, count, symbols);
        SourceBlock.checkRoom(into, block.shape().length(first, count));
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
        for (int i = 0; i < count; i++) {
            scratch.targetAt[i] = (long) i * symbolBytes;
        }
        int length = count * symbolBytes;
        if (into.isDirect()) {
            // A segment that goes nowhere else is not even allocated.
            product(factors, count, whole, MemorySegment.ofBuffer(into), scratch.targetAt);
        } else {
            MemorySegment target = scratch.memory();
            product(factors, count, whole, target, scratch.targetAt);
            into.put(into.position(), target.asByteBuffer(), 0, length);
        }
        into.position(into.position() + length);
    }

    private void product(
            byte[] factors, int rows, MemorySegment whole, MemorySegment target, long[] targetAt) {
        kernel.dot(factors, rows, sourceSymbols, whole, sourceAt, target, targetAt, symbolBytes);
    }

    @Override
    public void reset(GroupSource group) {
        block.reset(group);
    }

    @Override
    public void close() {
        block.close();
        spare.set(null);
    }
}
