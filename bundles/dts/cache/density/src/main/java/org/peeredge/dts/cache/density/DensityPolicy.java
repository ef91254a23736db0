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
 * <p>Requests are counted with age: each request weighs a little more than the one before, which
 * orders blobs as if all earlier counts had faded, without touching them. A sketch remembers those
 * that are gone. What to expect of a count says a {@link Forecast}; when popularity has shifted, as
 * a {@link ShiftDetector} says, earlier counts are given up. New blobs come into a small window,
 * where the oldest leaves first; leaving it they are among the others, and what is worth least
 * there goes.
 */
final class DensityPolicy implements CachePolicy {
    /** Requests in which a count fades by half, for each blob that is here. */
    private static final int HALF_LIFE_PER_BLOB = 16;

    private static final int MIN_HALF_LIFE = 4_096;

    /** A request for what was never seen makes counts fade so much less: scans are long. */
    private static final double STRANGER_TICK = 0.25;

    /** What a blob must have been asked for, in requests of now, to count as seen before. */
    private static final double SEEN = 0.5;

    private static final double WINDOW_PART = 0.01;

    /** Of earlier counts this part is left when popularity has shifted. */
    private static final double KEPT_AT_SHIFT = 0.02;

    /** Blobs that are asked for, for each that is here, unless more were seen. */
    private static final int ASKED_FOR_PER_BLOB = 4;

    private static final int MIN_ASKED_FOR = 1_000;

    /** Requests between two looks whether the forecast is still right. */
    private static final int LOOK_EVERY = 50;

    /** A forecast is made anew when what it rests on has changed by this part. */
    private static final double FORECAST_STALE = 0.02;

    /** The order is made anew when counts have faded by this part. */
    private static final double ORDER_STALE = 0.2;

    /** Where counts are scaled down: far from what a float can hold. */
    private static final double MAX_WEIGHT = 1e15;

    private static final int COLUMNS_PER_BLOB = 16;
    private static final int MIN_COLUMNS = 1 << 14;
    private static final int MAX_COLUMNS = 1 << 18;

    private static final Comparator<Entry> LEAST_WORTH_FIRST =
            Comparator.comparingDouble((Entry e) -> e.density).thenComparingLong(e -> e.number);

    private static final class Entry {
        final Digest digest;
        final long hash;
        final long number;
        long sizeBytes;
        double price;
        double count;
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
    private Sketch sketch = new Sketch(MIN_COLUMNS);
    private long windowBytes;
    private long storedBytes;
    private long numbers;
    private double weight = 1;

    /** The sum of the counts of blobs that came again, faded as they are. */
    private double total;

    /** Blobs that came for the first time, faded as counts are: with a scan, the many. */
    private double strangers;

    private final ShiftDetector shifts = new ShiftDetector();
    private Forecast forecast = new Forecast(MIN_ASKED_FOR, 1);
    private double forecastTotal = 1;
    private double orderedAt = 1;
    private int untilLook;

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
        entry.count = counted(entry.hash, blob.uses(), false);
        entry.density = density(entry.count, entry.price);
        entry.windowed = true;
        entries.put(entry.digest, entry);
        window.put(entry.digest, entry);
        windowBytes += entry.sizeBytes;
        storedBytes += entry.sizeBytes;
        narrow();
        grow();
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
        entry.density = density(entry.count, entry.price);
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
        counted(entry.hash, 1, true);
        entry.count += weight;
        entry.density = density(entry.count, entry.price);
        if (!entry.windowed) {
            main.add(entry);
        } else {
            window.remove(digest);
            window.put(digest, entry);
        }
    }

    /** Notes requests; what the blob's count is then. */
    private double counted(long hash, int requests, boolean hit) {
        look();
        double before = sketch.count(hash);
        int since = shifts.request(hash, before / weight, total / weight, askedFor());
        if (since > 0) {
            shifted(since);
            before = sketch.count(hash);
        }
        boolean seen = before > SEEN * weight;
        age(seen || hit ? 1 : STRANGER_TICK);
        double count = before + requests * weight;
        sketch.raise(hash, (float) count);
        if (seen || hit) {
            total += requests * weight;
        } else {
            strangers += weight;
        }
        return count;
    }

    /** What is expected of a blob now is worth; grows with {@code weight}, as counts do. */
    private double density(double count, double price) {
        return forecast.of(count / weight) * weight * price;
    }

    private double askedFor() {
        double here = Math.max(MIN_ASKED_FOR, (double) ASKED_FOR_PER_BLOB * entries.size());
        return Math.max(here, strangers / weight);
    }

    /** Makes the forecast and the order anew where they have become wrong. */
    private void look() {
        if (--untilLook > 0) {
            return;
        }
        untilLook = LOOK_EVERY;
        double now = Math.max(1, total / weight);
        boolean stale = Math.abs(now - forecastTotal) > FORECAST_STALE * forecastTotal;
        if (stale) {
            forecast = new Forecast(askedFor(), now);
            forecastTotal = now;
        }
        if (stale || weight > orderedAt * (1 + ORDER_STALE)) {
            order();
        }
    }

    private void order() {
        List<Entry> all = new ArrayList<>(main);
        main.clear();
        entries.values().forEach(e -> e.density = density(e.count, e.price));
        main.addAll(all);
        orderedAt = weight;
    }

    /** Forgets most of what was counted but for the last {@code since} requests. */
    private void shifted(int since) {
        sketch.scale((float) KEPT_AT_SHIFT);
        total *= KEPT_AT_SHIFT;
        strangers *= KEPT_AT_SHIFT;
        for (int back = since; back > 1; back--) {
            long hash = shifts.last(back);
            sketch.raise(hash, (float) (sketch.count(hash) + weight));
            total += weight;
        }
        entries.values().forEach(e -> e.count = sketch.count(e.hash));
        untilLook = 0;
        forecastTotal = 0;
        look();
    }

    private void age(double ticks) {
        double halfLife = Math.max(MIN_HALF_LIFE, HALF_LIFE_PER_BLOB * entries.size());
        weight *= Math.pow(2, ticks / halfLife);
        if (weight > MAX_WEIGHT) {
            scale(1 / weight);
            weight = 1;
            order();
        }
    }

    private void scale(double factor) {
        sketch.scale((float) factor);
        total *= factor;
        strangers *= factor;
        entries.values().forEach(e -> e.count *= factor);
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

    /** The sketch has room for those that are here and many that are not. */
    private void grow() {
        if (entries.size() * COLUMNS_PER_BLOB > sketch.columns()
                && sketch.columns() < MAX_COLUMNS) {
            sketch = new Sketch(sketch.columns() * 2);
            entries.values().forEach(e -> sketch.raise(e.hash, (float) e.count));
        }
    }

    @Override
    public boolean admits(CachedBlob candidate) {
        long needed = storedBytes + candidate.sizeBytes() - capacityBytes;
        if (needed <= 0) {
            return true;
        }
        double density =
                density(Math.max(sketch.count(hash(candidate.digest())), weight), price(candidate));
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
