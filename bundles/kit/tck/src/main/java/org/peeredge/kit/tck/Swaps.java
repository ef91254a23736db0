// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.peeredge.kernel.api.plugin.PluginSlots;

/** Swaps a plugin again and again while it is used under leases, as in a node. */
public final class Swaps {
    private static final int SWAPS = 100;
    private static final String TYPE = "tck";

    private Swaps() {}

    /**
     * A hundred swaps: each use of each plugin is good, each plugin that leaves drains, and nothing
     * is left.
     *
     * @param plugins makes a plugin, as its component would after activation
     * @param users each uses the plugin that it is given, once, and throws when that goes wrong;
     *     each is called by a thread of its own, over and over
     */
    public static <T> void underLoad(Supplier<T> plugins, List<Consumer<T>> users)
            throws InterruptedException {
        Residue residue = Residue.now();
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        PluginSlots<T> slots =
                new PluginSlots<>(Duration.ofSeconds(10), 1, (type, why) -> faults.add(why));
        T current = plugins.get();
        slots.add(TYPE, 0, current);
        AtomicBoolean over = new AtomicBoolean();
        CountDownLatch atWork = new CountDownLatch(users.size());
        List<Thread> threads = new ArrayList<>();
        for (Consumer<T> user : users) {
            threads.add(
                    Thread.ofPlatform().start(() -> useUntil(over, slots, user, atWork, faults)));
        }
        try {
            atWork.await();
            for (int swap = 0; swap < SWAPS; swap++) {
                T next = plugins.get();
                slots.add(TYPE, 0, next);
                assertTrue(slots.remove(current), "swap " + swap + " did not drain");
                current = next;
            }
        } finally {
            over.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertEquals(List.of(), List.copyOf(faults));
        assertEquals(0, slots.list().getFirst().openLeases());
        residue.assertBack(0);
    }

    // A plugin may throw anything, and each of it is a fault.
    @SuppressWarnings("CatchingUnchecked")
    private static <T> void useUntil(
            AtomicBoolean over,
            PluginSlots<T> slots,
            Consumer<T> user,
            CountDownLatch atWork,
            Queue<String> faults) {
        while (!over.get()) {
            try (var lease = slots.lease(TYPE).orElseThrow()) {
                user.accept(lease.plugin());
            } catch (Throwable e) {
                faults.add(e.toString());
                return;
            } finally {
                atWork.countDown();
            }
        }
    }
}
