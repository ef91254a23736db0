// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachedBlob;

/**
 * Policies from the literature that give each blob a rank when it is used and drop the lowest: to
 * compare with.
 */
final class Ranked implements CachePolicy {
    /** The rank of a blob. */
    interface Rank {
        double of(CachedBlob blob, int uses, double age);
    }

    private record Place(Digest digest, CachedBlob blob, int uses, double rank, long number) {}

    private final Rank rank;
    private final Map<Digest, Place> places = new HashMap<>();
    private final TreeSet<Place> order =
            new TreeSet<>(Comparator.comparingDouble(Place::rank).thenComparingLong(Place::number));
    private double age;
    private long numbers;

    private Ranked(Rank rank) {
        this.rank = rank;
    }

    /**
     * LFU with dynamic ageing (Arlitt and others 2000): what comes starts at the last one's rank.
     */
    static CachePolicy lfuAged() {
        return new Ranked((blob, uses, age) -> age + uses);
    }

    /** GreedyDual-Size-Frequency (Cherkasova 1998). */
    static CachePolicy gdsf() {
        return new Ranked((blob, uses, age) ->
                age + (double) uses * blob.refetchCost() / Math.max(1, blob.sizeBytes()));
    }

    /** Knows how popular each blob is: what a policy that learns can come to, at most. */
    static CachePolicy informed(ToDoubleFunction<Digest> popularity) {
        return new Ranked((blob, uses, age) ->
                popularity.applyAsDouble(blob.digest())
                        * blob.refetchCost()
                        / Math.max(1, blob.sizeBytes()));
    }

    @Override
    public void stored(CachedBlob blob) {
        place(blob, blob.uses());
    }

    @Override
    public void used(Digest digest, long nowMillis) {
        @Nullable Place before = places.get(digest);
        if (before != null) {
            order.remove(before);
            place(before.blob, before.uses + 1);
        }
    }

    private void place(CachedBlob blob, int uses) {
        Place place = new Place(blob.digest(), blob, uses, rank.of(blob, uses, age), numbers++);
        places.put(blob.digest(), place);
        order.add(place);
    }

    @Override
    public void removed(Digest digest) {
        @Nullable Place gone = places.remove(digest);
        if (gone != null) {
            order.remove(gone);
            age = Math.max(age, gone.rank);
        }
    }

    @Override
    public List<Digest> victims(long bytes, Predicate<Digest> evictable) {
        List<Digest> victims = new ArrayList<>();
        long left = bytes;
        for (Place place : order) {
            if (left <= 0) {
                break;
            }
            if (evictable.test(place.digest)) {
                victims.add(place.digest);
                left -= place.blob.sizeBytes();
            }
        }
        return victims;
    }
}
