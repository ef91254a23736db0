// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What not even one who knows the future can spare more than: each hit keeps a blob since it was
 * asked for before, and all keeping together may take the capacity times the requests, whatever
 * fits when (PFOO-U, Berger, Beckmann and Harchol-Balter 2018, "Practical Bounds on Optimal Caching
 * with Variable Object Sizes").
 */
final class Bound {
    private record Keeping(double sizeBytes, double cost, double byteRequests) {}

    private Bound() {}

    static HitRates of(Workload workload, long capacityBytes) {
        Catalogue all = workload.catalogue();
        int[] last = new int[all.sizes().length];
        Arrays.fill(last, -1);
        List<Keeping> keepings = new ArrayList<>();
        double bytes = 0;
        double cost = 0;
        for (int i = 0; i < workload.blobs().length; i++) {
            int blob = workload.blobs()[i];
            if (i >= workload.warmUp()) {
                bytes += all.sizes()[blob];
                cost += all.costs()[blob];
            }
            if (i > workload.warmUp() && last[blob] >= 0) {
                double counted = i - Math.max(last[blob], workload.warmUp());
                keepings.add(
                        new Keeping(
                                all.sizes()[blob], all.costs()[blob], all.sizes()[blob] * counted));
            }
            last[blob] = i;
        }
        keepings.sort(Comparator.comparingDouble(k -> k.byteRequests / k.cost));
        int requests = workload.blobs().length - workload.warmUp();
        double left = (double) capacityBytes * requests;
        double hits = 0;
        double hitBytes = 0;
        double hitCost = 0;
        for (Keeping keeping : keepings) {
            double part = Math.min(1, left / keeping.byteRequests);
            hits += part;
            hitBytes += part * keeping.sizeBytes;
            hitCost += part * keeping.cost;
            left -= part * keeping.byteRequests;
        }
        return new HitRates(hits / requests, hitBytes / bytes, hitCost / cost, Double.NaN);
    }
}
