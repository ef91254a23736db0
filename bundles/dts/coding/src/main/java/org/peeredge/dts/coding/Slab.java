// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Memory off the heap that an encoder or decoder has for a while. Closed, it is there for the next
 * one at once; forgotten, when the collector has found that nothing refers to it. For one thread at
 * a time, like its owner.
 */
public final class Slab implements AutoCloseable {
    private final Runnable back;
    private @Nullable MemorySegment memory;
    private @Nullable ByteBuffer bytes;

    /**
     * Memory that goes back when it is closed.
     *
     * @param back may be run more than once
     */
    Slab(MemorySegment memory, Runnable back) {
        this.memory = memory;
        this.bytes = memory.asByteBuffer();
        this.back = back;
    }

    /**
     * The memory, aligned for vectors.
     *
     * @throws IllegalStateException when it is closed
     */
    public MemorySegment memory() {
        MemorySegment here = memory;
        if (here == null) {
            throw closed();
        }
        return here;
    }

    /**
     * All of it, in a buffer whose position and limit are the owner's; copies from buffer to buffer
     * make no segments.
     *
     * @throws IllegalStateException when it is closed
     */
    public ByteBuffer bytes() {
        ByteBuffer here = bytes;
        if (here == null) {
            throw closed();
        }
        return here;
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the memory was given back");
    }

    /** Gives it back: whoever still has its address must not use it. Safe to repeat. */
    @Override
    public void close() {
        memory = null;
        bytes = null;
        back.run();
    }
}
