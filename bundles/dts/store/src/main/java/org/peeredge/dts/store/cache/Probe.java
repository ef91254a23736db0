// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.dts.api.cache.RefetchCost;

/** Made-up blobs that a policy must make room among before it is put in force. */
final class Probe {
    private static final int BLOBS = 64;
    private static final long SIZE_BYTES = 1 << 20;

    private Probe() {}

    /** Throws what the policy throws, or {@code IllegalStateException} for a bad answer. */
    static void check(CachePolicyProvider provider) {
        CachePolicy policy = provider.create(BLOBS * SIZE_BYTES);
        for (int i = 0; i < BLOBS; i++) {
            policy.stored(
                    new CachedBlob(digest(i), SIZE_BYTES, RefetchCost.far(SIZE_BYTES), 1, i, i));
        }
        policy.used(digest(1), BLOBS);
        policy.removed(digest(2));
        policy.admits(
                new CachedBlob(digest(BLOBS), SIZE_BYTES, RefetchCost.lan(SIZE_BYTES), 1, 0, 0));
        Digest pinned = digest(3);
        List<Digest> some =
                checked(policy, 8 * SIZE_BYTES, d -> !d.equals(pinned) && !d.equals(digest(2)));
        if (some.size() < 8) {
            throw new IllegalStateException(
                    "for room of 8 blobs it drops " + some.size() + " of " + (BLOBS - 2));
        }
    }

    /**
     * The policy's victims.
     *
     * @throws IllegalStateException when one is named that it was not told it may name, or twice
     */
    static List<Digest> checked(CachePolicy policy, long bytes, Predicate<Digest> evictable) {
        Set<Digest> allowed = new HashSet<>();
        List<Digest> victims =
                List.copyOf(
                        policy.victims(
                                bytes,
                                digest -> {
                                    boolean may = evictable.test(digest);
                                    if (may) {
                                        allowed.add(digest);
                                    }
                                    return may;
                                }));
        for (Digest victim : victims) {
            if (!allowed.remove(victim)) {
                throw new IllegalStateException(
                        "it would drop " + victim + ", which it may not, or twice");
            }
        }
        return victims;
    }

    private static Digest digest(int i) {
        return new Digest(
                "sha256", String.format(Locale.ROOT, "%064x", (i + 1) * 0x9E3779B97F4A7C15L));
    }
}
