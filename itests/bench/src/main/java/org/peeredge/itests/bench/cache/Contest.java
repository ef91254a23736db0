// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.cache.density.DensityProvider;
import org.peeredge.dts.cache.lru.LruProvider;

/** One workload drawn from a seed, run with every policy. */
final class Contest {
    static final String DENSITY = "density";
    static final String LRU = "lru";
    static final String LFU = "lfu aged";
    static final String GDSF = "gdsf";
    static final String INFORMED = "informed";
    static final String BELADY = "belady";
    static final String BOUND = "bound";

    private static final int BLOBS = 10_000;
    private static final int REQUESTS = 200_000;
    private static final int SCAN_EVERY = 500;

    private Contest() {}

    /** What is asked for. */
    enum Kind {
        STEADY,
        SCANS,
        SHIFT
    }

    /**
     * A setting.
     *
     * @param part of the working set's bytes that the cache may hold
     */
    record Setting(Kind kind, double alpha, double part, Catalogue.Prices prices) {}

    /**
     * What each policy came to; {@code belady} and {@code bound} are there for steady requests
     * only.
     */
    static Map<String, HitRates> run(Setting s, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean scans = s.kind == Kind.SCANS;
        // A scan is as large as the cache, so its blobs are several times those asked for.
        int strangers = scans ? (int) (BLOBS * s.part * 1.3 * REQUESTS / 4 / SCAN_EVERY) : 0;
        Catalogue catalogue = Catalogue.draw(BLOBS + strangers, s.prices, random);
        long all = 0;
        for (int i = 0; i < BLOBS; i++) {
            all += catalogue.sizes()[i];
        }
        long capacity = (long) (all * s.part);
        Workload workload =
                switch (s.kind) {
                    case STEADY -> Workload.zipf(catalogue, BLOBS, s.alpha, REQUESTS, random);
                    case SHIFT -> Workload.shift(catalogue, BLOBS, s.alpha, REQUESTS, random);
                    case SCANS ->
                            Workload.scans(
                                    catalogue,
                                    BLOBS,
                                    s.alpha,
                                    REQUESTS / 4,
                                    SCAN_EVERY,
                                    capacity,
                                    random);
                };
        return run(workload, capacity, s.kind == Kind.STEADY);
    }

    static Map<String, HitRates> run(Workload workload, long capacity, boolean withBounds) {
        Map<String, HitRates> outcomes = new LinkedHashMap<>();
        Map<String, CachePolicy> policies = new LinkedHashMap<>();
        policies.put(LRU, new LruProvider().create(capacity));
        policies.put(LFU, Ranked.lfuAged());
        policies.put(GDSF, Ranked.gdsf());
        policies.put(DENSITY, new DensityProvider().create(capacity));
        if (workload.popularity().length > 0) {
            policies.put(INFORMED, new Informed(workload));
        }
        policies.forEach(
                (name, policy) -> outcomes.put(name, Simulator.run(workload, capacity, policy)));
        if (withBounds) {
            outcomes.put(BELADY, Belady.run(workload, capacity));
            outcomes.put(BOUND, Bound.of(workload, capacity));
        }
        return outcomes;
    }
}
