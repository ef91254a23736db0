// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachedBlob;

/**
 * What happened since the policy was asked last, in order. Beyond a limit all is forgotten, and the
 * policy begins anew from the catalogue. Many threads add, one takes.
 */
final class Events {
    static final int MAX = 8_192;

    private final Queue<Event> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable Feed feed;

    /** Something that a policy is told. */
    sealed interface Event {
        /** See {@link CachePolicy#stored}. */
        record Stored(CachedBlob blob) implements Event {}

        /** See {@link CachePolicy#used}. */
        record Used(Digest digest, long atMillis) implements Event {}

        /** See {@link CachePolicy#removed}. */
        record Removed(Digest digest) implements Event {}
    }

    /** Where a policy that begins learns what is here; each object is another beginning. */
    static final class Feed {
        private final long capacityBytes;
        private final Supplier<List<CachedBlob>> catalogue;

        Feed(long capacityBytes, Supplier<List<CachedBlob>> catalogue) {
            this.capacityBytes = capacityBytes;
            this.catalogue = catalogue;
        }

        long capacityBytes() {
            return capacityBytes;
        }

        List<CachedBlob> blobs() {
            return catalogue.get();
        }
    }

    /** The catalogue now; null while the store is closed. */
    @Nullable Feed feed() {
        return feed;
    }

    void feed(@Nullable Feed next) {
        feed = next;
    }

    /**
     * Adds one.
     *
     * @return how many wait; 0 when they were too many and a policy has to begin anew
     */
    int add(Event event) {
        Feed now = feed;
        if (now == null) {
            return 1;
        }
        int n = waiting.incrementAndGet();
        if (n > MAX) {
            // What is told from the catalogue may be told again by what waits: that is harmless.
            queue.clear();
            waiting.set(0);
            feed = new Feed(now.capacityBytes, now.catalogue);
            return 0;
        }
        queue.add(event);
        return n;
    }

    /**
     * Tells them, until there are no more.
     *
     * @param over whether somebody else took over meanwhile
     */
    void drainTo(CachePolicy policy, BooleanSupplier over) {
        while (!over.getAsBoolean()) {
            Event event = queue.poll();
            if (event == null) {
                return;
            }
            waiting.decrementAndGet();
            switch (event) {
                case Event.Stored e -> policy.stored(e.blob());
                case Event.Used e -> policy.used(e.digest(), e.atMillis());
                case Event.Removed e -> policy.removed(e.digest());
            }
        }
    }

    /** Forgets them: nobody is there to be told, and who comes begins with the catalogue. */
    void forget() {
        while (queue.poll() != null) {
            waiting.decrementAndGet();
        }
    }
}
