// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachedBlob;

/**
 * A store as the node has it: what is asked for is stored in any case, and the policy says what
 * goes for it.
 */
final class Simulator {
    private static final int LOOK_EVERY = 50;

    /** What counts as back after a shift. */
    private static final double BACK = 0.95;

    private final Workload workload;
    private final Catalogue all;
    private final long capacityBytes;
    private final CachePolicy policy;
    private final Map<Digest, Integer> numbers = new HashMap<>();
    private final boolean[] here;
    private long usedBytes;
    private long fetchedBytes;

    private Simulator(Workload workload, long capacityBytes, CachePolicy policy) {
        this.workload = workload;
        this.all = workload.catalogue();
        this.capacityBytes = capacityBytes;
        this.policy = policy;
        this.here = new boolean[all.sizes().length];
        for (int i = 0; i < all.digests().length; i++) {
            numbers.put(all.digests()[i], i);
        }
    }

    static HitRates run(Workload workload, long capacityBytes, CachePolicy policy) {
        return new Simulator(workload, capacityBytes, policy).run();
    }

    private HitRates run() {
        Tally tally = new Tally();
        Recovery recovery = new Recovery();
        for (int i = 0; i < workload.blobs().length; i++) {
            int blob = workload.blobs()[i];
            boolean hit = here[blob];
            if (i >= workload.warmUp()) {
                tally.count(hit, all.sizes()[blob], all.costs()[blob]);
            }
            if (hit) {
                policy.used(all.digests()[blob], i);
            } else {
                fetch(blob, i);
            }
            if (i % LOOK_EVERY == 0 && workload.shiftAt() < workload.blobs().length) {
                recovery.look(i);
            }
        }
        return tally.rates(recovery.turnovers());
    }

    private void fetch(int blob, long now) {
        long size = all.sizes()[blob];
        fetchedBytes += size;
        if (size > capacityBytes) {
            return;
        }
        long needed = usedBytes + size - capacityBytes;
        if (needed > 0) {
            for (Digest victim : policy.victims(needed, d -> true)) {
                int number = numbers.getOrDefault(victim, -1);
                if (number < 0 || !here[number]) {
                    throw new IllegalStateException("not here: " + victim);
                }
                here[number] = false;
                usedBytes -= all.sizes()[number];
                policy.removed(victim);
            }
            if (usedBytes + size > capacityBytes) {
                throw new IllegalStateException("too few victims");
            }
        }
        here[blob] = true;
        usedBytes += size;
        policy.stored(
                new CachedBlob(
                        all.digests()[blob], size, Math.max(1, all.costs()[blob]), 1, now, now));
    }

    /** Sums after the warm-up. */
    static final class Tally {
        private long requests;
        private long hits;
        private double bytes;
        private double hitBytes;
        private double cost;
        private double hitCost;

        void count(boolean hit, long sizeBytes, long fetchCost) {
            requests++;
            bytes += sizeBytes;
            cost += fetchCost;
            if (hit) {
                hits++;
                hitBytes += sizeBytes;
                hitCost += fetchCost;
            }
        }

        HitRates rates(double turnovers) {
            return new HitRates(
                    (double) hits / requests, hitBytes / bytes, hitCost / cost, turnovers);
        }
    }

    /**
     * The part of the cost that the next request is expected to spare, from what is here and how
     * popular it is: free of the noise of few large blobs. Taken as part of what the best content
     * would spare, because other blobs being popular changes that too.
     */
    private final class Recovery {
        private final List<Double> before = new ArrayList<>();
        private final double bestBefore =
                BestContent.cost(all, workload.popularity(), capacityBytes);
        private final double bestAfter = BestContent.cost(all, workload.shifted(), capacityBytes);
        private long fetchedAtShift = -1;
        private double turnovers = Double.POSITIVE_INFINITY;

        void look(int i) {
            if (i < workload.shiftAt()) {
                if (i > workload.shiftAt() * 3L / 4) {
                    before.add(level(workload.popularity(), bestBefore));
                }
                return;
            }
            if (fetchedAtShift < 0) {
                fetchedAtShift = fetchedBytes;
            }
            double usual = before.stream().mapToDouble(d -> d).average().orElse(Double.NaN);
            if (Double.isInfinite(turnovers)
                    && level(workload.shifted(), bestAfter) >= BACK * usual) {
                turnovers = (double) (fetchedBytes - fetchedAtShift) / capacityBytes;
            }
        }

        private double level(double[] popularity, double best) {
            double spared = 0;
            for (int blob = 0; blob < popularity.length; blob++) {
                spared += here[blob] ? popularity[blob] * all.costs()[blob] : 0;
            }
            return spared / best;
        }

        double turnovers() {
            return fetchedAtShift < 0 ? Double.NaN : turnovers;
        }
    }
}
