// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Memory gets another owner only when the one before has gone. */
class SlabsTest {
    private static final long SIZE = 100_000;
    private static final long MOST = 350_000;

    private final Slabs slabs = new Slabs(MOST);

    /** Writes, and leaves nothing that refers to it. */
    private long use(long size) {
        MemorySegment memory = slabs.zeros(size, 64);
        memory.fill((byte) 7);
        return memory.address();
    }

    /** A collector needs no more than a few words. */
    private void collect(long wanted) {
        for (int i = 0; i < 500 && slabs.idleBytes() < wanted; i++) {
            System.gc();
            LockSupport.parkNanos(10_000_000);
        }
        assertEquals(wanted, slabs.idleBytes());
    }

    @Test
    void whatNobodyRefersToComesBack() {
        long address = use(SIZE);
        collect(SIZE);
        assertNotEquals(address, slabs.room(SIZE - 1, 64).address());
        MemorySegment again = slabs.room(SIZE, 64);
        assertEquals(address, again.address());
        assertEquals(0, slabs.idleBytes());
        assertEquals(7, again.get(ValueLayout.JAVA_BYTE, 5));
        assertEquals(0, slabs.zeros(SIZE, 64).get(ValueLayout.JAVA_BYTE, 5));
    }

    @Test
    void zerosAreZerosTheSecondTimeToo() {
        use(SIZE);
        collect(SIZE);
        assertEquals(-1, slabs.zeros(SIZE, 64).mismatch(MemorySegment.ofArray(new byte[100_000])));
    }

    @Test
    void viewsAndPartsOfItCountAsOwners() {
        ByteBuffer view = slabs.zeros(SIZE, 64).asSlice(9, 100).asByteBuffer();
        use(SIZE);
        collect(SIZE);
        MemorySegment other = slabs.room(SIZE, 64);
        other.fill((byte) 1);
        assertEquals(0, view.get(3));
    }

    @Test
    void littleIsKept() {
        for (int i = 0; i < 5; i++) {
            use(SIZE);
        }
        use(MOST + 1);
        use(1000);
        for (int i = 0; i < 5; i++) {
            System.gc();
            LockSupport.parkNanos(20_000_000);
            assertTrue(slabs.idleBytes() <= MOST, "idle " + slabs.idleBytes());
        }
        collect(3 * SIZE);
    }
}
