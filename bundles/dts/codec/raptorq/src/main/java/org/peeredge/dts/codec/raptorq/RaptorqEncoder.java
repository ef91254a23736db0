// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.CountedEncoder;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.SourceBlock;

/**
 * Copies source symbols; computes the intermediate symbols when the first repair symbol is asked
 * for, and keeps them.
 */
final class RaptorqEncoder extends CountedEncoder {
    /** Kernels want at least this many bytes, or they go one by one. */
    private static final int LEAST_BYTES = 64;

    private final Gf256Kernel kernel;
    private final Parameters parameters;
    private final Supplier<Plan> plans;
    private final SourceBlock block;
    private final int sourceSymbols;
    private final int symbolBytes;

    /** Nobody's: what is read must not be left out for lack of use. */
    @SuppressWarnings("UnusedVariable")
    private volatile long inCache;

    /** Kept for the next call; threads that meet each other here make one of their own. */
    private final AtomicReference<@Nullable Output> spare = new AtomicReference<>();

    private @Nullable Workspace workspace;
    private @Nullable Slab spread;

    /** The workspace, once it holds the block's intermediate symbols. */
    private volatile @Nullable Workspace solved;

    RaptorqEncoder(
            Gf256Kernel kernel,
            Parameters parameters,
            Supplier<Plan> plans,
            BlockShape shape,
            GroupSource group) {
        this.kernel = kernel;
        this.parameters = parameters;
        this.plans = plans;
        block = new SourceBlock(shape, group);
        sourceSymbols = shape.sourceSymbols();
        symbolBytes = shape.id().symbolBytes();
    }

    @Override
    protected void write(int first, int count, ByteBuffer into) throws IOException {
        BlockShape.check(first, count, RaptorqCodec.SYMBOLS);
        SourceBlock.checkRoom(into, block.shape().length(first, count));
        int fromSource = Math.clamp((long) sourceSymbols - first, 0, count);
        int repairs = count - fromSource;
        // What can fail comes first: the buffer's position says whether it was written.
        Workspace here = solved;
        if (repairs > 0 && here == null) {
            here = solve();
        }
        if (fromSource > 0) {
            block.copy(first, fromSource, into);
        }
        if (repairs > 0 && here != null) {
            repair(here, first + fromSource, repairs, into);
        }
    }

    private synchronized Workspace solve() throws IOException {
        Workspace here = solved;
        if (here != null) {
            return here;
        }
        Plan plan = plans.get();
        MemorySegment whole = block.whole();
        inCache = lines(whole);
        here = workspace;
        if (here == null) {
            int padding = parameters.kPrime() - sourceSymbols;
            here =
                    new Workspace(
                            sourceSymbols,
                            padding,
                            parameters.l(),
                            plan.others,
                            symbolBytes,
                            Math.max(symbolBytes, LEAST_BYTES));
            workspace = here;
        }
        if (symbolBytes < LEAST_BYTES) {
            here.inputs(spread(whole), LEAST_BYTES, sourceSymbols);
        } else {
            here.inputs(whole, symbolBytes, sourceSymbols);
        }
        here.solve(
                kernel,
                plan.first,
                plan.factors,
                plan.sources,
                plan.sources.length,
                plan.targets,
                plan.targets.length,
                plan.second);
        solved = here;
        return here;
    }

    /**
     * Reads a bit of each cache line, in order: the sums take symbols in an order that no
     * prefetcher foresees, and would wait for each line of a block that is not in the cache.
     */
    private static long lines(MemorySegment whole) {
        long seen = 0;
        for (long i = 0; i < whole.byteSize(); i += Stride.LINE) {
            seen += whole.get(ValueLayout.JAVA_BYTE, i);
        }
        return seen;
    }

    /** Small symbols, with room after each. */
    private MemorySegment spread(MemorySegment whole) {
        Slab room = spread;
        if (room == null) {
            room = Memory.lend((long) sourceSymbols * LEAST_BYTES);
            room.memory().fill((byte) 0);
            spread = room;
        }
        MemorySegment wide = room.memory();
        for (int i = 0; i < sourceSymbols; i++) {
            MemorySegment.copy(
                    whole, (long) i * symbolBytes, wide, (long) i * LEAST_BYTES, symbolBytes);
        }
        return wide;
    }

    private void repair(Workspace from, int first, int count, ByteBuffer into) {
        Output mine = spare.getAndSet(null);
        Output output = mine == null ? new Output(parameters, symbolBytes) : mine;
        output.from(from);
        int padding = parameters.kPrime() - sourceSymbols;
        int at = into.position();
        for (int i = 0; i < count; i++) {
            output.want(first + i + padding);
            if (output.isFull() || i == count - 1) {
                int made = output.count();
                output.make(kernel, Stride.padded(symbolBytes));
                for (int j = 0; j < made; j++) {
                    output.copy(j, into, at, symbolBytes);
                    at += symbolBytes;
                }
            }
        }
        into.position(at);
        spare.set(output);
    }

    @Override
    public void reset(GroupSource group) {
        block.reset(group);
        solved = null;
    }

    @Override
    protected synchronized void free() {
        block.close();
        solved = null;
        Workspace columns = workspace;
        if (columns != null) {
            columns.close();
            workspace = null;
        }
        Slab wide = spread;
        if (wide != null) {
            wide.close();
            spread = null;
        }
        Output last = spare.getAndSet(null);
        if (last != null) {
            last.close();
        }
    }
}
