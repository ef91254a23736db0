// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.Memory;
import org.peeredge.dts.coding.Schedule;
import org.peeredge.dts.coding.Slab;
import org.peeredge.dts.coding.Slots;

/**
 * Makes encoding symbols from intermediate symbols, some at a time so that they are still in the
 * cache when they are copied to where they are wanted. For one thread at a time.
 */
final class Output implements AutoCloseable {
    private static final int MOST_SYMBOLS = 64;
    private static final int MOST_BYTES = 128 << 10;
    private static final int COLUMNS = 0;
    private static final int RESULTS = 1;

    private final int symbols;
    private final long stride;
    private final Slab room;
    private final Slots slots;
    private final Schedule schedule;
    private final Tuple tuple;
    private final int[] columns = new int[Tuple.MAX_COLUMNS];
    private int count;

    Output(Parameters parameters, int symbolBytes) {
        symbols = symbols(symbolBytes);
        stride = Stride.of(symbolBytes);
        room = Memory.lend(symbols * stride);
        MemorySegment memory = room.memory();
        slots = new Slots(Stride.padded(symbolBytes), memory, parameters.l(), symbols);
        slots.region(RESULTS, memory, 0, stride);
        schedule = new Schedule(symbols * (Tuple.MAX_COLUMNS + 2));
        tuple = new Tuple(parameters);
    }

    private static int symbols(int symbolBytes) {
        return Math.clamp(MOST_BYTES / Stride.of(symbolBytes), 1, MOST_SYMBOLS);
    }

    /** Says whose intermediate symbols are meant. */
    void from(Workspace workspace) {
        workspace.placeColumns(slots, COLUMNS);
    }

    /** Notes that symbol x is wanted. */
    void want(int x) {
        schedule.sum(slots.first(RESULTS) + count++);
        int all = tuple.columns(x, columns, 0);
        for (int i = 0; i < all; i++) {
            schedule.add(columns[i]);
        }
    }

    boolean isFull() {
        return count == symbols;
    }

    int count() {
        return count;
    }

    /** Makes all that are wanted. */
    void make(Gf256Kernel kernel, int n) {
        kernel.run(schedule, slots, n);
        schedule.clear();
        count = 0;
    }

    /** Copies the i-th that was made; the position stays where it is. */
    void copy(int i, ByteBuffer into, int at, int bytes) {
        into.put(at, room.bytes(), (int) (i * stride), bytes);
    }

    @Override
    public void close() {
        room.close();
    }

    static long sizeBytes(int l, int symbolBytes) {
        int symbols = symbols(symbolBytes);
        return symbols * Stride.of(symbolBytes)
                + 4L * symbols * (Tuple.MAX_COLUMNS + 2)
                + 8L * (l + symbols);
    }
}
