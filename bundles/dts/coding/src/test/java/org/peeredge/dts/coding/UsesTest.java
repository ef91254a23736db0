// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is used is not freed. */
class UsesTest {
    private final AtomicInteger freed = new AtomicInteger();
    private final Uses uses = new Uses(freed::incrementAndGet);

    @Test
    void unusedItIsFreedWhenItIsClosedAndOnlyOnce() {
        uses.enter();
        uses.leave();
        assertEquals(0, freed.get());
        uses.close();
        uses.close();
        assertEquals(1, freed.get());
        assertThrows(IllegalStateException.class, uses::enter);
        assertEquals(1, freed.get());
    }

    @Test
    void theLastUserFreesIt() {
        uses.enter();
        uses.enter();
        uses.close();
        assertThrows(IllegalStateException.class, uses::enter);
        uses.leave();
        assertEquals(0, freed.get());
        uses.close();
        assertEquals(0, freed.get());
        uses.leave();
        assertEquals(1, freed.get());
    }

    @Test
    void manyThreadsFindItOpenOrClosed() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger early = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        Uses shared =
                new Uses(() -> {
                    early.addAndGet(inside.get());
                    freed.incrementAndGet();
                });
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    while (true) {
                                        shared.enter();
                                        inside.incrementAndGet();
                                        inside.decrementAndGet();
                                        turns.incrementAndGet();
                                        shared.leave();
                                    }
                                } catch (IllegalStateException closed) {
                                    shared.close();
                                }
                            }));
        }
        while (turns.get() < 10_000) {
            Thread.onSpinWait();
        }
        shared.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, early.get());
        assertEquals(1, freed.get());
    }
}
