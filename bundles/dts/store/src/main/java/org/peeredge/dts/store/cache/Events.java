// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
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

    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicReference<@Nullable Feed> feed = new AtomicReference<>();

    /** Something that a policy is told. */
    sealed interface Event {
        /** See {@link CachePolicy#stored}. */
        record Stored(CachedBlob blob) implements Event {}

        /** See {@link CachePolicy#used}. */
        record Used(Digest digest, long atMillis) implements Event {}

        /** See {@link CachePolicy#removed}. */
        record Removed(Digest digest) implements Event {}
    }

    /** An event, and the beginning before which it need not be told: that has a newer catalogue. */
    private record Waiting(Feed feed, Event event) {}

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

        /** What is here, what was used last at the end. */
        List<CachedBlob> inOrderOfUse() {
            return catalogue.get().stream()
                    .sorted(Comparator.comparingLong(CachedBlob::usedMillis))
                    .toList();
        }
    }

    /** The catalogue now; null while the store is closed. */
    @Nullable Feed feed() {
        return feed.get();
    }

    void feed(@Nullable Feed next) {
        feed.set(next);
    }

    /** How many wait. */
    int waiting() {
        return count.get();
    }

    /**
     * Adds one.
     *
     * @return how many wait; 0 when they were too many and a policy has to begin anew
     */
    int add(Event event) {
        Feed now = feed.get();
        if (now == null) {
            return 1;
        }
        int n = count.incrementAndGet();
        if (n > MAX) {
            count.decrementAndGet();
            // When somebody else was faster, that catalogue will be read after this event, too.
            if (feed.compareAndSet(now, new Feed(now.capacityBytes, now.catalogue))) {
                forget();
            }
            return 0;
        }
        queue.add(new Waiting(now, event));
        return n;
    }

    /**
     * Tells them, until there are no more.
     *
     * @param known the catalogue that the policy began with
     * @param over whether somebody else took over meanwhile
     */
    @SuppressWarnings("ReferenceEquality") // this very catalogue
    void drainTo(Feed known, CachePolicy policy, BooleanSupplier over) {
        while (!over.getAsBoolean()) {
            Waiting next = queue.poll();
            if (next == null) {
                return;
            }
            count.decrementAndGet();
            if (next.feed() == known) {
                tell(policy, next.event());
            }
        }
    }

    private static void tell(CachePolicy policy, Event event) {
        switch (event) {
            case Event.Stored e -> policy.stored(e.blob());
            case Event.Used e -> policy.used(e.digest(), e.atMillis());
            case Event.Removed e -> policy.removed(e.digest());
        }
    }

    /** Forgets them: nobody is there to be told, and who comes begins with the catalogue. */
    void forget() {
        while (queue.poll() != null) {
            count.decrementAndGet();
        }
    }
}
