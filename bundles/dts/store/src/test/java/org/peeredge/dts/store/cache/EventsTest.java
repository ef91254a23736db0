// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.kit.tck.cache.CacheLoad;

/** What waits to be told. */
final class EventsTest {
    private static final Events.Event EVENT = new Events.Event.Removed(CacheLoad.digest(1));

    private final Events events = new Events();

    private static CachePolicy policy() {
        return new Scripted().create(100);
    }

    @Test
    void theCountIsThatOfWhatWaits() throws Exception {
        events.feed(new Events.Feed(100, List::of));
        AtomicInteger overflows = new AtomicInteger();
        List<Thread> adding = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            adding.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 20 * Events.MAX; i++) {
                                    if (events.add(EVENT) == 0) {
                                        overflows.incrementAndGet();
                                    }
                                }
                            }));
        }
        CachePolicy policy = policy();
        while (adding.stream().anyMatch(Thread::isAlive)) {
            if (overflows.get() > 0) {
                drain(policy);
            }
        }
        for (Thread thread : adding) {
            thread.join();
        }
        drain(policy);
        assertTrue(overflows.get() > 0, "it has to overflow for this");
        assertEquals(0, events.waiting());
        assertEquals(1, events.add(EVENT));
    }

    private void drain(CachePolicy policy) {
        Events.Feed feed = events.feed();
        if (feed != null) {
            events.drainTo(feed, policy, () -> false);
        }
    }

    @Test
    void tooManyBeginAnewAndAreNotTold() {
        Events.Feed before = new Events.Feed(100, List::of);
        events.feed(before);
        for (int i = 1; i <= Events.MAX; i++) {
            assertEquals(i, events.add(EVENT));
        }
        assertEquals(0, events.add(EVENT));
        assertEquals(0, events.waiting());
        assertNotSame(before, events.feed());
    }

    @Test
    void aClosedStoreStaysClosed() {
        events.feed(new Events.Feed(100, List::of));
        for (int i = 0; i < Events.MAX; i++) {
            events.add(EVENT);
        }
        events.feed(null);
        events.add(EVENT);
        assertNull(events.feed());
    }

    @Test
    void whatIsInTheCatalogueIsNotToldFromBefore() {
        Scripted scripted = new Scripted();
        CachePolicy policy = scripted.create(100);
        events.feed(new Events.Feed(100, List::of));
        events.add(new Events.Event.Stored(CacheLoad.blob(1, 1, 1)));
        events.feed(new Events.Feed(100, List::of));
        events.add(new Events.Event.Stored(CacheLoad.blob(2, 1, 1)));
        drain(policy);
        assertEquals(List.of(CacheLoad.digest(2)), List.copyOf(scripted.told.keySet()));
    }
}
