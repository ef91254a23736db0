// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.kit.tck.TestKernel;

/** Threads that are lost, and those that are not. */
final class PolicyThreadTest {
    private final TestKernel kernel = new TestKernel();
    private final List<ExecutorService> pools = new CopyOnWriteArrayList<>();
    private final CountDownLatch hold = new CountDownLatch(1);

    @AfterEach
    void close() {
        hold.countDown();
        kernel.close();
    }

    private PolicyThread thread(int maxAbandoned) {
        return new PolicyThread(
                () -> {
                    pools.add(kernel.threads().newPool("t", "policy", 1, 16));
                    return pools.getLast();
                },
                maxAbandoned);
    }

    /** Keeps the thread. */
    private PolicyThread.Seat block(PolicyThread thread) throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        PolicyThread.Seat seat =
                thread.run(
                                s -> {
                                    entered.countDown();
                                    Waits.deaf(hold);
                                })
                        .orElseThrow();
        entered.await();
        return seat;
    }

    /** Returns when the thread has done what was queued for it, and is free. */
    private void settle(PolicyThread thread) throws Exception {
        assertTrue(thread.run(s -> {}).isPresent());
        pools.getLast().submit(() -> {}).get(20, TimeUnit.SECONDS);
    }

    @Test
    void oneThatCameBackJustInTimeIsNotLost() throws Exception {
        try (PolicyThread thread = thread(0)) {
            PolicyThread.Seat seat = thread.run(s -> {}).orElseThrow();
            settle(thread);
            assertFalse(thread.giveUp(seat, () -> {}));
            assertEquals(0, thread.abandoned());
            settle(thread);
        }
    }

    @Test
    void aLostOneIsCountedOnceUntilItComesBack() throws Exception {
        try (PolicyThread thread = thread(1)) {
            PolicyThread.Seat seat = block(thread);
            boolean[] first = {false};
            assertTrue(thread.giveUp(seat, () -> first[0] = true));
            assertTrue(first[0]);
            assertFalse(thread.giveUp(seat, () -> {}), "given up already");
            assertEquals(1, thread.abandoned());
            settle(thread);
            hold.countDown();
            Waits.until(() -> thread.abandoned() == 0);
        }
    }

    @Test
    void aRaisedLimitMakesAThreadAtOnce() throws Exception {
        try (PolicyThread thread = thread(0)) {
            PolicyThread.Seat seat = block(thread);
            assertTrue(thread.giveUp(seat, () -> {}));
            assertEquals(Optional.empty(), thread.run(s -> {}));
            thread.maxAbandoned(1);
            settle(thread);
        }
    }

    @Test
    void aClosedOneGivesNothingUp() throws Exception {
        PolicyThread thread = thread(1);
        PolicyThread.Seat seat = block(thread);
        thread.close();
        assertFalse(
                thread.giveUp(
                        seat,
                        () -> {
                            throw new AssertionError("nobody hangs who is told to stop");
                        }));
        assertEquals(0, thread.abandoned());
        assertEquals(Optional.empty(), thread.run(s -> {}));
    }
}
