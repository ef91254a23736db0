// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.lang.foreign.MemorySegment;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Schedule;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.Slots;

/**
 * Memory in which a block's intermediate symbols are computed, and the slots of it: those of inputs
 * from elsewhere, of padding symbols, of intermediate symbols, of others. For one thread at a time;
 * many may read the intermediate symbols.
 */
final class Workspace implements AutoCloseable {
    private static final int INPUTS = 0;
    private static final int PADDING = 1;
    private static final int COLUMNS = 2;
    private static final int OTHERS = 3;

    private final int n;
    private final long stride;
    private final int others;
    private final Slab room;
    private final MemorySegment memory;
    private final Slots slots;
    private long[] sourceAt = new long[0];
    private long[] targetAt = new long[0];

    /**
     * Memory for symbols of a size.
     *
     * @param inputBytes bytes of each input: those of a symbol or some more
     */
    Workspace(int inputs, int padding, int l, int others, int symbolBytes, int inputBytes) {
        n = inputBytes;
        this.others = others;
        stride = Stride.of(symbolBytes);
        room = Memory.lend((l + others + 1) * stride);
        memory = room.memory();
        memory.asSlice((l + others) * stride, stride).fill((byte) 0);
        slots = new Slots(n, memory, inputs, padding, l, others);
        slots.region(PADDING, memory, (l + others) * stride, 0);
        slots.region(COLUMNS, memory, 0, stride);
        slots.region(OTHERS, memory, l * stride, stride);
    }

    /** Whether there are as many other slots. */
    boolean holds(int otherSlots) {
        return others >= otherSlots;
    }

    int columnSlot() {
        return slots.first(COLUMNS);
    }

    int otherSlot() {
        return slots.first(OTHERS);
    }

    /** Places so many inputs, one after the other. */
    void inputs(MemorySegment segment, long inputStride, int count) {
        slots.region(INPUTS, segment, 0, inputStride, count);
    }

    /** Makes all intermediate symbols from the inputs. */
    void solve(
            Gf256Kernel kernel,
            Schedule first,
            byte[] factors,
            int[] sources,
            int width,
            int[] targets,
            int rows,
            Schedule second) {
        kernel.run(first, slots, n);
        if (rows > 0) {
            if (sourceAt.length < width) {
                sourceAt = new long[width + (width >> 3)];
            }
            if (targetAt.length < rows) {
                targetAt = new long[rows];
            }
            at(sources, width, sourceAt);
            at(targets, rows, targetAt);
            kernel.dot(factors, rows, width, memory, sourceAt, memory, targetAt, Stride.padded(n));
        }
        kernel.run(second, slots, n);
    }

    private void at(int[] of, int count, long[] into) {
        for (int i = 0; i < count; i++) {
            into[i] = slots.at(of[i]);
        }
    }

    /** Places the intermediate symbols as a region of other slots. */
    void placeColumns(Slots of, int region) {
        of.region(region, memory, 0, stride);
    }

    @Override
    public void close() {
        room.close();
    }

    long sizeBytes() {
        return memory.byteSize() + 8L * slots.count();
    }

    static long sizeBytes(int l, int others, int inputs, int symbolBytes) {
        return (l + others + 1) * Stride.of(symbolBytes) + 8L * (l + others + inputs);
    }
}
