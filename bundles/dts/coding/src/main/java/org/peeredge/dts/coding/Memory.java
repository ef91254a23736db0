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
 * automatic arenas only: no use after it is freed, whatever a caller does wrong.
 */
public final class Memory {
    /** Vectors want their lines whole. */
    private static final int ALIGNMENT = 64;

    private Memory() {}

    /** Zeros, aligned for vectors, freed when nothing refers to them any more. */
    public static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, ALIGNMENT);
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
