// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.lru;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachedBlob;

/** Blobs in the order of last use; knows nothing of sizes, costs or numbers of uses. */
final class LruPolicy implements CachePolicy {
    /** In the order of last use; facts told again change no order. */
    private final Map<Digest, Long> sizes = new LinkedHashMap<>();

    @Override
    public void stored(CachedBlob blob) {
        sizes.put(blob.digest(), blob.sizeBytes());
    }

    @Override
    public void used(Digest digest, long nowMillis) {
        Long size = sizes.remove(digest);
        if (size != null) {
            sizes.put(digest, size);
        }
    }

    @Override
    public void removed(Digest digest) {
        sizes.remove(digest);
    }

    @Override
    public List<Digest> victims(long bytes, Predicate<Digest> evictable) {
        List<Digest> victims = new ArrayList<>();
        long left = bytes;
        for (Map.Entry<Digest, Long> entry : sizes.entrySet()) {
            if (left <= 0) {
                break;
            }
            if (evictable.test(entry.getKey())) {
                victims.add(entry.getKey());
                left -= entry.getValue();
            }
        }
        return victims;
    }
}
