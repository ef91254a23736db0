// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachedBlob;

/**
 * Knows how popular each blob is and when that shifts, but not who is asked for next: what a policy
 * that learns can come to, at most, where requests come independently.
 */
final class Informed implements CachePolicy {
    private final Workload workload;
    private final Map<Digest, Integer> numbers = new HashMap<>();
    private final Map<Digest, CachedBlob> here = new LinkedHashMap<>();
    private CachePolicy ranked;
    private int requests;

    Informed(Workload workload) {
        this.workload = workload;
        for (int i = 0; i < workload.popularity().length; i++) {
            numbers.put(workload.catalogue().digests()[i], i);
        }
        ranked = by(workload.popularity());
    }

    private CachePolicy by(double[] popularity) {
        return Ranked.informed(digest -> {
            Integer number = numbers.get(digest);
            return number == null ? 0 : popularity[number];
        });
    }

    /** Each request is told once, as stored or as used. */
    private void request() {
        if (requests++ == workload.shiftAt()) {
            ranked = by(workload.shifted());
            here.values().forEach(ranked::stored);
        }
    }

    @Override
    public void stored(CachedBlob blob) {
        request();
        here.put(blob.digest(), blob);
        ranked.stored(blob);
    }

    @Override
    public void used(Digest digest, long nowMillis) {
        request();
        ranked.used(digest, nowMillis);
    }

    @Override
    public void removed(Digest digest) {
        here.remove(digest);
        ranked.removed(digest);
    }

    @Override
    public List<Digest> victims(long bytes, Predicate<Digest> evictable) {
        return ranked.victims(bytes, evictable);
    }
}
