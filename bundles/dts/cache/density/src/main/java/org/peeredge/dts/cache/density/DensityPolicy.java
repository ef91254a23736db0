// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachedBlob;

/**
 * Keeps what is worth most per byte: expected requests x cost of fetching again / size.
 *
 * <p>What is expected says {@link Popularity}. New blobs come into a small window, where the oldest
 * leaves first; leaving it they are among the others, and what is worth least there goes.
 */
final class DensityPolicy implements CachePolicy {
    private static final double WINDOW_PART = 0.01;

    private static final Comparator<Entry> LEAST_WORTH_FIRST =
            Comparator.comparingDouble((Entry e) -> e.density).thenComparingLong(e -> e.number);

    private static final class Entry {
        final Digest digest;
        final long hash;
        final long number;
        long sizeBytes;
        double price;
        double density;
        boolean windowed;

        Entry(Digest digest, long number) {
            this.digest = digest;
            this.hash = hash(digest);
            this.number = number;
        }
    }

    private final long capacityBytes;
    private final Map<Digest, Entry> entries = new HashMap<>();
    private final Map<Digest, Entry> window = new LinkedHashMap<>();
    private final TreeSet<Entry> main = new TreeSet<>(LEAST_WORTH_FIRST);
    private final Popularity popularity = new Popularity();
    private long windowBytes;
    private long storedBytes;
    private long numbers;
    private int changes;

    DensityPolicy(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    @Override
    public void stored(CachedBlob blob) {
        Entry known = entries.get(blob.digest());
        if (known != null) {
            changed(known, blob);
            return;
        }
        Entry entry = new Entry(blob.digest(), numbers++);
        entry.sizeBytes = blob.sizeBytes();
        entry.price = price(blob);
        asked(entry, blob.uses(), false);
        entry.windowed = true;
        entries.put(entry.digest, entry);
        window.put(entry.digest, entry);
        windowBytes += entry.sizeBytes;
        storedBytes += entry.sizeBytes;
        narrow();
        popularity.grow(
                entries.size(), () -> entries.values().stream().map(e -> e.hash).iterator());
    }

    private void changed(Entry entry, CachedBlob blob) {
        boolean windowed = entry.windowed;
        if (!windowed) {
            main.remove(entry);
        } else {
            windowBytes += blob.sizeBytes() - entry.sizeBytes;
        }
        storedBytes += blob.sizeBytes() - entry.sizeBytes;
        entry.sizeBytes = blob.sizeBytes();
        entry.price = price(blob);
        entry.density = popularity.expected(popularity.count(entry.hash)) * entry.price;
        if (!windowed) {
            main.add(entry);
        } else {
            narrow();
        }
    }

    @Override
    public void used(Digest digest, long nowMillis) {
        Entry entry = entries.get(digest);
        if (entry == null) {
            return;
        }
        if (!entry.windowed) {
            main.remove(entry);
        }
        asked(entry, 1, true);
        if (!entry.windowed) {
            main.add(entry);
        } else {
            window.remove(digest);
            window.put(digest, entry);
        }
    }

    /** Notes requests for an entry, which must not be in the order of worth meanwhile. */
    private void asked(Entry entry, int times, boolean here) {
        double count = popularity.asked(entry.hash, times, here);
        if (changes != popularity.changes()) {
            changes = popularity.changes();
            order();
        }
        entry.density = popularity.expected(count) * entry.price;
    }

    private void order() {
        List<Entry> all = new ArrayList<>(main);
        main.clear();
        for (Entry entry : entries.values()) {
            entry.density = popularity.expected(popularity.count(entry.hash)) * entry.price;
        }
        main.addAll(all);
    }

    @Override
    public void removed(Digest digest) {
        Entry entry = entries.remove(digest);
        if (entry == null) {
            return;
        }
        storedBytes -= entry.sizeBytes;
        if (entry.windowed) {
            window.remove(digest);
            windowBytes -= entry.sizeBytes;
        } else {
            main.remove(entry);
        }
    }

    /** What is too much for the window joins the others. */
    private void narrow() {
        long target = (long) (capacityBytes * WINDOW_PART);
        var oldest = window.values().iterator();
        while (windowBytes > target && oldest.hasNext()) {
            Entry entry = oldest.next();
            oldest.remove();
            entry.windowed = false;
            windowBytes -= entry.sizeBytes;
            main.add(entry);
        }
    }

    @Override
    public boolean admits(CachedBlob candidate) {
        long needed = storedBytes + candidate.sizeBytes() - capacityBytes;
        if (needed <= 0) {
            return true;
        }
        double count = Math.max(popularity.count(hash(candidate.digest())), popularity.weight());
        double density = popularity.expected(count) * price(candidate);
        double worth = 0;
        for (Entry entry : main) {
            worth += entry.density * entry.sizeBytes;
            needed -= entry.sizeBytes;
            if (needed <= 0) {
                return worth < density * candidate.sizeBytes();
            }
        }
        return false;
    }

    @Override
    public List<Digest> victims(long bytes, Predicate<Digest> evictable) {
        List<Digest> victims = new ArrayList<>();
        long left = choose(main, bytes, evictable, victims);
        choose(window.values(), left, evictable, victims);
        return victims;
    }

    private static long choose(
            Iterable<Entry> order, long bytes, Predicate<Digest> evictable, List<Digest> victims) {
        long left = bytes;
        for (Entry entry : order) {
            if (left <= 0) {
                break;
            }
            if (evictable.test(entry.digest)) {
                victims.add(entry.digest);
                left -= entry.sizeBytes;
            }
        }
        return left;
    }

    private static double price(CachedBlob blob) {
        return (double) blob.refetchCost() / Math.max(1, blob.sizeBytes());
    }

    private static long hash(Digest digest) {
        return Long.parseUnsignedLong(digest.hex(), 0, 16, 16);
    }
}
