// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Where the ranges of memory lie that a {@link Schedule} works on. Ranges are numbered through a
 * few regions, one after the other; those of a region lie at a fixed distance. A region can be
 * moved to other memory, as with each block. For one thread at a time.
 */
public final class Slots {
    private final int[] first;
    private final long bytes;
    private final MemorySegment[] segments;
    private final long[] starts;
    private final long[] strides;
    private final long[] addresses;

    /**
     * Room for the slots of regions; all of them lie at the start of {@code first} until {@link
     * #region} places them.
     *
     * @param bytes in each slot
     * @param anywhere off the heap, of at least that many bytes
     * @param counts slots in each region
     */
    public Slots(long bytes, MemorySegment anywhere, int... counts) {
        this.bytes = bytes;
        first = new int[counts.length + 1];
        for (int i = 0; i < counts.length; i++) {
            first[i + 1] = Math.addExact(first[i], counts[i]);
        }
        segments = new MemorySegment[counts.length];
        starts = new long[counts.length];
        strides = new long[counts.length];
        addresses = new long[first[counts.length]];
        for (int i = 0; i < counts.length; i++) {
            region(i, anywhere, 0, 0);
        }
    }

    /** How many there are. */
    public int count() {
        return addresses.length;
    }

    /** The number of a region's first slot. */
    public int first(int region) {
        return first[region];
    }

    /** Where a slot starts in its region's memory. */
    public long at(int slot) {
        int region = regionOf(slot);
        return starts[region] + (slot - first[region]) * strides[region];
    }

    /**
     * Places a region.
     *
     * @throws IndexOutOfBoundsException when it does not lie inside the segment
     * @throws IllegalArgumentException when the segment is on the heap
     */
    public void region(int region, MemorySegment segment, long at, long stride) {
        Objects.checkIndex(region, segments.length);
        region(region, segment, at, stride, first[region + 1] - first[region]);
    }

    /**
     * Places the first {@code count} slots of a region; the others are not to be used.
     *
     * @throws IndexOutOfBoundsException when they do not lie inside the segment
     * @throws IllegalArgumentException when the segment is on the heap
     */
    public void region(int region, MemorySegment segment, long at, long stride, int count) {
        Objects.checkIndex(region, segments.length);
        Objects.checkIndex(count, first[region + 1] - first[region] + 1);
        if (stride < 0) {
            throw new IndexOutOfBoundsException("stride " + stride);
        }
        long span = count == 0 ? 0 : Math.addExact(Math.multiplyExact(count - 1, stride), bytes);
        long address = Memory.address(segment, at, span);
        segments[region] = segment;
        starts[region] = at;
        strides[region] = stride;
        int last = first[region] + count - 1;
        for (int i = first[region]; i < first[region + 1]; i++) {
            addresses[i] = address;
            address += i < last ? stride : 0;
        }
    }

    /** Raw addresses, by slot; good as long as this object is reachable. */
    long[] addresses() {
        return addresses;
    }

    MemorySegment segment(int slot) {
        return segments[regionOf(slot)];
    }

    private int regionOf(int slot) {
        Objects.checkIndex(slot, addresses.length);
        int region = 0;
        while (slot >= first[region + 1]) {
            region++;
        }
        return region;
    }

    /** Refuses a length that does not fit. */
    void check(long n) {
        if (n < 0 || n > bytes) {
            throw new IndexOutOfBoundsException(n + " bytes of slots of " + bytes);
        }
    }
}
