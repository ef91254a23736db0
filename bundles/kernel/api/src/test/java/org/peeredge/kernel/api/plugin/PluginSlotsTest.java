// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class PluginSlotsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<String> trips = new ArrayList<>();

    private PluginSlots<Plugin> slots(Duration drain) {
        return new PluginSlots<>(drain, 3, (type, reason) -> trips.add(type + ": " + reason));
    }

    /** A plugin that knows whether it is still in use when it is stopped. */
    private static final class Plugin {
        final AtomicInteger users = new AtomicInteger();
        final AtomicBoolean stopped = new AtomicBoolean();
    }

    @Test
    void leasesByTypeOnly() {
        var slots = slots(LONG);
        Plugin a = new Plugin();
        slots.add("a", 0, a);
        assertSame(a, slots.lease("a").orElseThrow().plugin());
        assertTrue(slots.lease("b").isEmpty());
        assertEquals("a", slots.lease().orElseThrow().type());
        assertEquals(2, slots.list().getFirst().openLeases());
    }

    @Test
    void highestRankingWinsAndOfEqualsTheNewest() {
        var slots = slots(LONG);
        Plugin low = new Plugin();
        Plugin first = new Plugin();
        Plugin second = new Plugin();
        slots.add("x", 5, first);
        slots.add("x", 1, low);
        slots.add("x", 5, second);
        assertSame(second, slots.lease("x").orElseThrow().plugin());
        assertFalse(slots(Duration.ZERO).lease("x").isPresent());
        try (var lease = slots.lease("x").orElseThrow()) {
            lease.trip("leaks");
        }
        assertSame(first, slots.lease("x").orElseThrow().plugin());
    }

    @Test
    void removalTakesNoNewLeaseAndWaitsForTheOpenOne() throws Exception {
        var slots = slots(LONG);
        Plugin plugin = new Plugin();
        slots.add("x", 0, plugin);
        Lease<Plugin> lease = slots.lease("x").orElseThrow();
        FutureTask<Boolean> removal = new FutureTask<>(() -> slots.remove(plugin));
        Thread remover = Thread.ofPlatform().start(removal);
        while (slots.lease("x").map(PluginSlotsTest::giveBack).orElse(false)) {
            Thread.onSpinWait();
        }
        // The removal waits, and no lock is held meanwhile: the family goes on with the new one.
        Plugin next = new Plugin();
        slots.add("x", 0, next);
        assertSame(next, slots.lease("x").orElseThrow().plugin());
        assertFalse(removal.isDone());
        assertFalse(lease.cancelled());
        lease.close();
        assertTrue(removal.get(10, TimeUnit.SECONDS), "drained");
        remover.join();
    }

    private static boolean giveBack(Lease<Plugin> lease) {
        lease.close();
        return true;
    }

    @Test
    void cancelsAfterTheDrainTime() {
        var slots = slots(Duration.ofMillis(20));
        Plugin plugin = new Plugin();
        slots.add("x", 0, plugin);
        Lease<Plugin> open = slots.lease("x").orElseThrow();
        Lease<Plugin> late = slots.lease("x").orElseThrow();
        AtomicInteger fired = new AtomicInteger();
        open.onCancel(fired::incrementAndGet);
        assertFalse(slots.remove(plugin));
        assertEquals(1, fired.get());
        assertTrue(open.cancelled());
        late.onCancel(fired::incrementAndGet);
        assertEquals(2, fired.get(), "an action set after the cancel fires at once");
        open.close();
        open.close();
        assertEquals(2, fired.get());
        assertTrue(slots.remove(plugin), "unknown by now");
    }

    @Test
    void oneThrowingCancelActionDoesNotKeepTheOthersFromTheirs() {
        var slots = slots(Duration.ZERO);
        Plugin plugin = new Plugin();
        slots.add("x", 0, plugin);
        AtomicInteger fired = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            slots.lease("x")
                    .orElseThrow()
                    .onCancel(() -> {
                        fired.incrementAndGet();
                        throw new IllegalStateException("on purpose");
                    });
        }
        var thrown = assertThrows(IllegalStateException.class, () -> slots.remove(plugin));
        assertEquals(3, fired.get());
        assertEquals(2, thrown.getSuppressed().length);
    }

    @Test
    void anInterruptEndsTheWaitAndCancels() {
        var slots = slots(LONG);
        Plugin plugin = new Plugin();
        slots.add("x", 0, plugin);
        Lease<Plugin> lease = slots.lease("x").orElseThrow();
        Thread.currentThread().interrupt();
        assertFalse(slots.remove(plugin));
        assertTrue(Thread.interrupted(), "the interrupt is kept");
        assertTrue(lease.cancelled());
    }

    @Test
    void tripsAfterFailuresInARowOnly() {
        var slots = slots(LONG);
        slots.add("x", 0, new Plugin());
        try (var lease = slots.lease("x").orElseThrow()) {
            lease.failed(new IllegalStateException("one"));
            lease.failed(new IllegalStateException("two"));
            lease.succeeded();
            lease.failed(new IllegalStateException("three"));
            lease.failed(new IllegalStateException("four"));
            assertTrue(slots.lease("x").isPresent());
            lease.failed(new IllegalStateException("five"));
        }
        assertTrue(slots.lease("x").isEmpty());
        assertEquals(1, trips.size());
        assertTrue(trips.getFirst().startsWith("x: failed 3 times in a row"), trips.getFirst());
        assertTrue(trips.getFirst().contains("five"), trips.getFirst());
    }

    @Test
    void tripsAtOnceAndIsToldOnce() {
        var slots = slots(LONG);
        Plugin other = new Plugin();
        slots.add("x", 9, new Plugin());
        slots.add("y", 0, other);
        try (var lease = slots.lease("x").orElseThrow()) {
            lease.trip("hangs");
            lease.trip("hangs again");
        }
        assertEquals(List.of("x: hangs"), trips);
        assertSame(other, slots.lease().orElseThrow().plugin());
        var info = slots.list().getFirst();
        assertFalse(info.usable());
        assertEquals("hangs", info.tripReason());
    }

    @Test
    void refusesNonsense() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new PluginSlots<Plugin>(LONG, 0, (t, r) -> {}));
        assertThrows(
                IllegalArgumentException.class,
                () -> new PluginSlots<Plugin>(Duration.ofMillis(-1), 1, (t, r) -> {}));
    }

    /** Users on four threads while plugins come and go: nobody ever holds a stopped plugin. */
    @Test
    void swapsUnderLoadWithoutOneUseOfAStoppedPlugin() throws Exception {
        var slots = slots(LONG);
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong uses = new AtomicLong();
        CountDownLatch working = new CountDownLatch(4);
        Plugin current = new Plugin();
        slots.add("x", 0, current);
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            users.add(Thread.ofPlatform().start(() -> use(slots, over, working, uses, faults)));
        }
        working.await();
        for (int swap = 0; swap < 500; swap++) {
            Plugin next = new Plugin();
            slots.add("x", 0, next);
            assertTrue(slots.remove(current), "drained");
            current.stopped.set(true);
            assertEquals(0, current.users.get());
            current = next;
        }
        over.set(true);
        for (Thread user : users) {
            user.join();
        }
        assertEquals(List.of(), List.copyOf(faults));
        assertTrue(uses.get() > 0);
        assertEquals(0, slots.list().getFirst().openLeases());
        assertEquals(1, slots.list().size());
    }

    private static void use(
            PluginSlots<Plugin> slots,
            AtomicBoolean over,
            CountDownLatch working,
            AtomicLong uses,
            Queue<String> faults) {
        while (!over.get()) {
            var lease = slots.lease("x");
            if (lease.isEmpty()) {
                faults.add("no plugin");
                return;
            }
            try (var held = lease.get()) {
                held.plugin().users.incrementAndGet();
                if (held.plugin().stopped.get() || held.cancelled()) {
                    faults.add("a stopped plugin is in use");
                }
                held.plugin().users.decrementAndGet();
            }
            if (uses.incrementAndGet() <= 4) {
                working.countDown();
            }
        }
    }

    @Test
    void knowsWhatATypeMayLookLike() {
        for (String good : List.of("a", "x86_64", "z".repeat(32))) {
            assertTrue(PluginSlots.validType(good), good);
        }
        for (String bad : List.of("", "A", "a b", "a-b", "z".repeat(33), "\u00e4")) {
            assertFalse(PluginSlots.validType(bad), bad);
        }
    }
}
