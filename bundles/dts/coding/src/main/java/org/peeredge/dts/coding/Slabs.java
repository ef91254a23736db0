// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Memory that had an owner before: the system gives a page of new memory when it is first touched,
 * which takes longer than to code what fits into it. It comes here when the collector has found
 * that nothing refers to it, never by a word of its owner, who may be wrong: so nobody can write
 * into another's block. Safe for use by many threads.
 */
final class Slabs {
    /** Less is not worth the trouble. */
    private static final long LEAST_BYTES = 64 << 10;

    private final long mostBytes;
    private final ArrayDeque<MemorySegment> idle = new ArrayDeque<>();
    private long bytes;

    /** Keeps at most so many bytes that have no owner. */
    Slabs(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Zeros, for as long as something refers to them. */
    MemorySegment zeros(long size, long alignment) {
        MemorySegment kept = take(size, alignment);
        return kept == null ? made(size, alignment) : lent(kept.fill((byte) 0));
    }

    /** Anything may be in it. */
    MemorySegment room(long size, long alignment) {
        MemorySegment kept = take(size, alignment);
        return kept == null ? made(size, alignment) : lent(kept);
    }

    private MemorySegment made(long size, long alignment) {
        MemorySegment slab = Arena.ofAuto().allocate(size, alignment);
        return size < LEAST_BYTES || size > mostBytes ? slab : lent(slab);
    }

    @SuppressWarnings("restricted") // all of a segment of our own, for a shorter life
    private MemorySegment lent(MemorySegment slab) {
        try {
            return slab.reinterpret(Arena.ofAuto(), gone -> give(slab));
        } catch (IllegalCallerException e) {
            // This JVM lets us call no restricted method: the slab has one owner only.
            return slab;
        }
    }

    /** Of just that size: what an encoder or decoder holds is what it says. */
    private synchronized @Nullable MemorySegment take(long size, long alignment) {
        if (size < LEAST_BYTES) {
            return null;
        }
        for (Iterator<MemorySegment> all = idle.descendingIterator(); all.hasNext(); ) {
            MemorySegment slab = all.next();
            if (slab.byteSize() == size && slab.address() % alignment == 0) {
                all.remove();
                bytes -= size;
                return slab;
            }
        }
        return null;
    }

    private synchronized void give(MemorySegment slab) {
        idle.add(slab);
        bytes += slab.byteSize();
        while (bytes > mostBytes) {
            bytes -= idle.remove().byteSize();
        }
    }

    /** Bytes that have no owner. */
    synchronized long idleBytes() {
        return bytes;
    }
}
