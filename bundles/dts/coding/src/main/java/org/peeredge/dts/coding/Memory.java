// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Memory off the heap for blocks, and raw addresses into it for the inner loops: with the checks of
 * a segment in the loop a product costs a third more.
 *
 * <p>What an address points to stays while its segment is reachable, because memory comes from
 * automatic arenas only: no use after it is freed, whatever a caller does wrong. What was lent and
 * is given back may be another's.
 */
public final class Memory {
    /** Vectors want their lines whole. */
    static final int ALIGNMENT = 64;

    /** As much as an encoder and a decoder of a block of a MiB have together. */
    private static final long MOST_KEPT_BYTES = 8 << 20;

    /** For all codecs of this JVM, as they outlive a swap here: the next one finds it warm. */
    private static final Slabs SLABS = new Slabs(MOST_KEPT_BYTES);

    private Memory() {}

    /** Zeros, aligned for vectors, for as long as something refers to them. */
    public static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, ALIGNMENT);
    }

    /**
     * Aligned for vectors, for as long as its owner keeps it open; there may be anything in it: for
     * what is written before it is read.
     */
    public static Slab lend(long bytes) {
        return SLABS.lend(bytes);
    }

    /**
     * The address of a range that lies inside its segment.
     *
     * @throws IndexOutOfBoundsException when it does not
     * @throws IllegalArgumentException when it is on the heap
     */
    static long address(MemorySegment segment, long at, long n) {
        Objects.checkFromIndexSize(at, n, segment.byteSize());
        if (!segment.isNative()) {
            throw new IllegalArgumentException("memory on the heap has no address");
        }
        return segment.address() + at;
    }
}
