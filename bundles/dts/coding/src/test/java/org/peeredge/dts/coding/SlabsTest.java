// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Memory gets another owner only when the one before has given it back, or is gone. */
class SlabsTest {
    private static final long SIZE = 128_000;
    private static final long MOST = 3 * SIZE;

    private final Slabs slabs = new Slabs(MOST);

    /** Leaves nothing that refers to it, and does not give it back. */
    private long forget(long size) {
        return slabs.lend(size).memory().address();
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
    void whatIsGivenBackIsThereAtOnce() {
        Slab first = slabs.lend(SIZE);
        long address = first.memory().address();
        assertEquals(0, address % 64);
        first.bytes().put(5, (byte) 7);
        first.close();
        first.close();
        assertEquals(SIZE, slabs.idleBytes());
        assertThrows(IllegalStateException.class, first::memory);
        assertThrows(IllegalStateException.class, first::bytes);
        Slab next = slabs.lend(SIZE);
        assertEquals(address, next.memory().address());
        assertEquals(7, next.memory().get(ValueLayout.JAVA_BYTE, 5));
        first.close(); // once more, by an owner that is none any more
        assertEquals(0, slabs.idleBytes());
    }

    @Test
    void anySizeIsCutFromWhatIsThere() {
        Slab large = slabs.lend(SIZE);
        long address = large.memory().address();
        large.close();
        Slab a = slabs.lend(SIZE / 2);
        Slab b = slabs.lend(SIZE / 2 - 64);
        assertEquals(address, a.memory().address());
        assertEquals(address + SIZE / 2, b.memory().address());
        assertEquals(SIZE / 2 - 64, b.memory().byteSize());
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> b.memory().get(ValueLayout.JAVA_BYTE, SIZE / 2 - 64));
        a.close();
        b.close();
        assertEquals(address, slabs.lend(SIZE).memory().address());
    }

    @Test
    void whatIsForgottenComesBackWhenItIsCollected() {
        long address = forget(SIZE);
        collect(SIZE);
        assertEquals(address, slabs.lend(SIZE).memory().address());
    }

    @Test
    void viewsAndPartsOfItCountAsOwners() {
        ByteBuffer view = slabs.lend(SIZE).memory().fill((byte) 0).asSlice(9, 100).asByteBuffer();
        forget(SIZE);
        collect(SIZE);
        slabs.lend(SIZE).memory().fill((byte) 1);
        assertEquals(0, view.get(3));
    }

    @Test
    void littleIsKept() {
        List<Slab> lent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            lent.add(slabs.lend(SIZE));
        }
        lent.add(slabs.lend(MOST + 1));
        lent.add(slabs.lend(1000));
        lent.forEach(Slab::close);
        assertEquals(MOST, slabs.idleBytes());
        Slab whole = slabs.lend(MOST); // what is idle goes for it
        assertEquals(0, slabs.idleBytes());
        assertNotEquals(0, whole.memory().address());
        whole.close();
        assertEquals(MOST, slabs.idleBytes());
    }

    @Test
    void nobodyHasWhatAnotherHas() {
        Random random = new Random(4);
        List<Slab> lent = new ArrayList<>();
        for (int turn = 0; turn < 5_000; turn++) {
            if (random.nextInt(3) == 0 || lent.size() > 12) {
                Slab gone = lent.remove(random.nextInt(Math.max(1, lent.size() - 1)));
                checkMark(gone);
                gone.close();
            }
            Slab slab = slabs.lend(16_384 + random.nextInt(60_000));
            mark(slab, turn);
            lent.add(slab);
        }
        lent.forEach(SlabsTest::checkMark);
        assertTrue(lent.size() > 5);
        lent.forEach(Slab::close);
        assertTrue(slabs.idleBytes() <= MOST);
    }

    private static void mark(Slab slab, int mark) {
        slab.memory().fill((byte) mark);
    }

    private static void checkMark(Slab slab) {
        MemorySegment memory = slab.memory();
        byte mark = memory.get(ValueLayout.JAVA_BYTE, 0);
        byte[] same = new byte[(int) memory.byteSize()];
        Arrays.fill(same, mark);
        assertEquals(-1, memory.mismatch(MemorySegment.ofArray(same)));
    }
}
