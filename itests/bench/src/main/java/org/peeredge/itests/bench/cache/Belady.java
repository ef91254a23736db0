// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Knows the future and is greedy: room is made by dropping what spares least per byte and request
 * until its next use, and what would be dropped first is not stored. With blobs of one size and
 * cost this is Belady's MIN; with unlike ones finding the optimum is NP-hard, and this is the
 * offline heuristic that comes close.
 */
final class Belady {
    private static final int NEVER = Integer.MAX_VALUE;

    private final Workload workload;
    private final Catalogue all;
    private final long capacityBytes;
    private final boolean byDistanceAlone;
    private final int[] next;
    private final int[] here;
    private final int[] place;
    private int count;
    private long usedBytes;

    private Belady(Workload workload, long capacityBytes, boolean byDistanceAlone) {
        this.workload = workload;
        this.all = workload.catalogue();
        this.capacityBytes = capacityBytes;
        this.byDistanceAlone = byDistanceAlone;
        this.next = nexts(workload.blobs(), all.sizes().length);
        this.here = new int[all.sizes().length];
        this.place = new int[all.sizes().length];
        Arrays.fill(place, -1);
    }

    /** The better of the two greedy orders: by cost, size and distance, and by distance alone. */
    static HitRates run(Workload workload, long capacityBytes) {
        HitRates byWorth = new Belady(workload, capacityBytes, false).run();
        HitRates byDistance = new Belady(workload, capacityBytes, true).run();
        return byWorth.cost() >= byDistance.cost() ? byWorth : byDistance;
    }

    /** For each request when its blob is asked for again. */
    private static int[] nexts(int[] blobs, int count) {
        int[] next = new int[blobs.length];
        int[] seen = new int[count];
        Arrays.fill(seen, NEVER);
        for (int i = blobs.length - 1; i >= 0; i--) {
            next[i] = seen[blobs[i]];
            seen[blobs[i]] = i;
        }
        return next;
    }

    private record Scored(int blob, double worth) {}

    private HitRates run() {
        int[] upcoming = new int[all.sizes().length];
        Simulator.Tally tally = new Simulator.Tally();
        for (int i = 0; i < workload.blobs().length; i++) {
            int blob = workload.blobs()[i];
            boolean hit = place[blob] >= 0;
            upcoming[blob] = next[i];
            if (i >= workload.warmUp()) {
                tally.count(hit, all.sizes()[blob], all.costs()[blob]);
            }
            if (!hit && next[i] != NEVER && all.sizes()[blob] <= capacityBytes) {
                fetch(blob, i, upcoming);
            } else if (hit && next[i] == NEVER) {
                drop(blob);
            }
        }
        return tally.rates(Double.NaN);
    }

    private void fetch(int blob, int now, int[] upcoming) {
        long needed = usedBytes + all.sizes()[blob] - capacityBytes;
        if (needed > 0) {
            double worth = worth(blob, now, upcoming);
            PriorityQueue<Scored> order =
                    new PriorityQueue<>(Comparator.comparingDouble(Scored::worth));
            for (int k = 0; k < count; k++) {
                double other = worth(here[k], now, upcoming);
                if (other < worth) {
                    order.add(new Scored(here[k], other));
                }
            }
            long found = order.stream().mapToLong(s -> all.sizes()[s.blob]).sum();
            if (found < needed) {
                return;
            }
            while (needed > 0) {
                int victim = order.remove().blob;
                needed -= all.sizes()[victim];
                drop(victim);
            }
        }
        place[blob] = count;
        here[count++] = blob;
        usedBytes += all.sizes()[blob];
    }

    private void drop(int blob) {
        int at = place[blob];
        int last = here[--count];
        here[at] = last;
        place[last] = at;
        place[blob] = -1;
        usedBytes -= all.sizes()[blob];
    }

    private double worth(int blob, int now, int[] upcoming) {
        double distance = upcoming[blob] - now;
        return byDistanceAlone ? 1 / distance : all.costs()[blob] / (distance * all.sizes()[blob]);
    }
}
