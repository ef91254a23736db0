// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.GroupSource;

/**
 * The source symbols of one block: read one by one where only they are asked for, all in memory off
 * the heap from the first repair symbol on. Safe for use by many threads, except for {@link #reset}
 * and {@link #close}.
 */
public final class SourceBlock implements AutoCloseable {
    private BlockShape shape;
    private GroupSource source;
    private @Nullable Slab own;

    private volatile @Nullable MemorySegment loaded;

    /** Reads nothing yet. */
    public SourceBlock(BlockShape shape, GroupSource source) {
        this.shape = shape;
        this.source = source;
    }

    /** How it falls into symbols. */
    public BlockShape shape() {
        return shape;
    }

    /**
     * All source symbols one after another, the last one padded with zeros; not to be written to.
     *
     * @throws IOException when the source cannot be read
     */
    public MemorySegment whole() throws IOException {
        MemorySegment here = loaded;
        return here == null ? load() : here;
    }

    private synchronized MemorySegment load() throws IOException {
        MemorySegment here = loaded;
        if (here != null) {
            return here;
        }
        Optional<MemorySegment> memory = source.memory();
        int padded = shape.paddedBytes();
        if (memory.isPresent() && memory.get().isNative() && shape.blockBytes() == padded) {
            here = memory.get();
        } else {
            Slab mine = ownMemory(padded);
            here = mine.memory();
            ByteBuffer into = mine.bytes().clear();
            if (memory.isPresent()) {
                MemorySegment.copy(memory.get(), 0, here, 0, shape.blockBytes());
            } else {
                read(0, into, shape.blockBytes());
            }
            for (int i = shape.blockBytes(); i < padded; i++) {
                into.put(i, (byte) 0);
            }
        }
        loaded = here;
        return here;
    }

    private Slab ownMemory(int bytes) {
        Slab here = own;
        if (here == null) {
            here = Memory.lend(bytes);
            own = here;
        }
        return here;
    }

    /**
     * Copies source symbols {@code first .. first + count - 1}; position moves past them.
     *
     * @throws IOException when the source cannot be read
     * @throws IllegalArgumentException when there is no room
     */
    public void copy(int first, int count, ByteBuffer into) throws IOException {
        int start = shape.offset(first);
        int length = (int) shape.length(first, count);
        checkRoom(into, length);
        MemorySegment here = loaded;
        Slab mine = own;
        if (here == null || mine == null || !here.equals(mine.memory())) {
            read(start, into, length);
        } else {
            into.put(into.position(), mine.bytes(), start, length);
            into.position(into.position() + length);
        }
    }

    /** Refuses a buffer that is too small. */
    public static void checkRoom(ByteBuffer into, long bytes) {
        if (into.remaining() < bytes) {
            throw new IllegalArgumentException(
                    "room for " + into.remaining() + " bytes, " + bytes + " needed");
        }
    }

    /** A slice would be a window more safely, but an object for each call. */
    private void read(int start, ByteBuffer into, int length) throws IOException {
        int at = into.position();
        int limit = into.limit();
        int end = at;
        try {
            source.read(start, into.limit(at + length));
            if (into.hasRemaining()) {
                throw new IOException(
                        "the group's source gave "
                                + (into.position() - at)
                                + " bytes instead of "
                                + length);
            }
            end = at + length;
        } finally {
            into.limit(limit).position(end);
        }
    }

    /**
     * Another block of the same code, in the same memory.
     *
     * @throws IllegalArgumentException when it does not need exactly the code's k symbols
     */
    public void reset(GroupSource next) {
        if (next.sizeBytes() != shape.blockBytes()) {
            shape = new BlockShape(shape.id(), next.sizeBytes());
        }
        source = next;
        loaded = null;
    }

    /** Gives the memory back; safe to repeat. */
    @Override
    public void close() {
        loaded = null;
        Slab mine = own;
        if (mine != null) {
            mine.close();
            own = null;
        }
    }
}
