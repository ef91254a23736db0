// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;

/** A policy that drops what came last, remembers what it was told, and can be made to misbehave. */
public final class Scripted implements CachePolicyProvider {
    /** What happens when a policy of this provider is asked what to drop. */
    public volatile Runnable before = () -> {};

    /** What happens when a policy of this provider is told of a blob. */
    public volatile Runnable beforeStored = () -> {};

    /** How many blobs are named at most. */
    public volatile int mostNamed = Integer.MAX_VALUE;

    /** What was told to the last policy that was made. */
    public volatile Map<Digest, CachedBlob> told = Map.of();

    /** How many policies were made. */
    public final AtomicInteger made = new AtomicInteger();

    @Override
    public CachePolicy create(long capacityBytes) {
        made.incrementAndGet();
        Map<Digest, CachedBlob> blobs = new LinkedHashMap<>();
        told = blobs;
        return new CachePolicy() {
            @Override
            public void stored(CachedBlob blob) {
                beforeStored.run();
                blobs.put(blob.digest(), blob);
            }

            @Override
            public void used(Digest digest, long nowMillis) {}

            @Override
            public void removed(Digest digest) {
                blobs.remove(digest);
            }

            @Override
            public List<Digest> victims(long bytes, Predicate<Digest> evictable) {
                before.run();
                List<Digest> victims = new ArrayList<>();
                long left = bytes;
                for (Digest digest : List.copyOf(blobs.keySet()).reversed()) {
                    if (left > 0 && victims.size() < mostNamed && evictable.test(digest)) {
                        victims.add(digest);
                        CachedBlob blob = blobs.get(digest);
                        left -= blob == null ? 0 : blob.sizeBytes();
                    }
                }
                return victims;
            }
        };
    }
}
