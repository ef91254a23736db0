// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.cache;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.dts.api.cache.RefetchCost;

/**
 * A store that serves drawn requests with a policy and checks every answer: the same seed makes the
 * same requests. For tests of policies; one thread at a time.
 */
public final class CacheLoad {
    private static final int BLOBS = 1_000;

    private final long capacityBytes;
    private final SplittableRandom random;
    private final Map<Digest, CachedBlob> here = new LinkedHashMap<>();
    private final List<Digest> dropped = new ArrayList<>();
    private long usedBytes;
    private long now;

    /** Requests drawn from {@code seed}, to a store of {@code capacityBytes}. */
    public CacheLoad(long seed, long capacityBytes) {
        this.random = new SplittableRandom(seed);
        this.capacityBytes = capacityBytes;
    }

    /** The name of blob {@code number}. */
    public static Digest digest(long number) {
        byte[] hash = new byte[32];
        new SplittableRandom(number).nextBytes(hash);
        return new Digest("sha256", HexFormat.of().formatHex(hash));
    }

    /** A blob that came and was used at {@code atMillis}, from afar. */
    public static CachedBlob blob(long number, long sizeBytes, long atMillis) {
        return new CachedBlob(
                digest(number), sizeBytes, RefetchCost.far(sizeBytes), 1, atMillis, atMillis);
    }

    /** Tells {@code policy} what is here, as one that comes in the middle is told. */
    public void tell(CachePolicy policy) {
        here.values().forEach(policy::stored);
    }

    /** What was dropped, in order. */
    public List<Digest> dropped() {
        return List.copyOf(dropped);
    }

    /**
     * Serves {@code count} requests; throws {@code AssertionError} when the policy names what is
     * not here or pinned, names something twice, or too little.
     */
    public void serve(CachePolicy policy, int count) {
        for (int i = 0; i < count; i++) {
            now += random.nextInt(1_000);
            long number = Math.min(random.nextInt(BLOBS), random.nextInt(BLOBS));
            Digest digest = digest(number);
            CachedBlob known = here.get(digest);
            if (known == null) {
                fetch(policy, number);
            } else if (random.nextInt(50) == 0) {
                forget(policy, digest);
            } else {
                policy.used(digest, now);
                here.put(digest, used(known));
            }
        }
    }

    private CachedBlob used(CachedBlob b) {
        return new CachedBlob(
                b.digest(), b.sizeBytes(), b.refetchCost(), b.uses() + 1, b.storedMillis(), now);
    }

    private void forget(CachePolicy policy, Digest digest) {
        CachedBlob gone = here.remove(digest);
        usedBytes -= gone == null ? 0 : gone.sizeBytes();
        policy.removed(digest);
    }

    private void fetch(CachePolicy policy, long number) {
        SplittableRandom drawn = new SplittableRandom(number);
        long size = drawn.nextLong(capacityBytes / 10);
        long cost = drawn.nextBoolean() ? RefetchCost.lan(size) : RefetchCost.metered(size);
        CachedBlob blob = new CachedBlob(digest(number), size, Math.max(1, cost), 1, now, now);
        policy.admits(blob);
        long needed = usedBytes + size - capacityBytes;
        if (needed > 0) {
            for (Digest victim : victims(policy, needed)) {
                dropped.add(victim);
                forget(policy, victim);
            }
        }
        here.put(blob.digest(), blob);
        usedBytes += size;
        policy.stored(blob);
    }

    /** A tenth is pinned or read. */
    private List<Digest> victims(CachePolicy policy, long needed) {
        int salt = random.nextInt();
        Predicate<Digest> evictable =
                d -> here.containsKey(d) && Math.floorMod(d.hashCode() ^ salt, 10) != 0;
        List<Digest> victims = policy.victims(needed, evictable);
        if (victims.stream().distinct().count() < victims.size()) {
            throw new AssertionError("named twice: " + victims);
        }
        long room = 0;
        for (Digest victim : victims) {
            CachedBlob blob = here.get(victim);
            if (blob == null || !evictable.test(victim)) {
                throw new AssertionError(victim + " is not here or may not be dropped");
            }
            room += blob.sizeBytes();
        }
        long may = here.keySet().stream().filter(evictable).count();
        if (room < needed && victims.size() < may) {
            throw new AssertionError(
                    "room of " + room + " bytes, needed are " + needed + ", and there was more");
        }
        return victims;
    }
}
