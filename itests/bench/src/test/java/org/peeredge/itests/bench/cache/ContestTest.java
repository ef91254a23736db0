// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peeredge.itests.bench.cache.Catalogue.Prices;
import org.peeredge.itests.bench.cache.Contest.Kind;
import org.peeredge.itests.bench.cache.Contest.Setting;

/** What the cache policy is held to, on one seed; the suite measures more. */
class ContestTest {
    private static Map<String, HitRates> played(Kind kind, double alpha, Prices prices) {
        return Contest.run(new Setting(kind, alpha, 0.1, prices), 0);
    }

    private static HitRates of(Map<String, HitRates> all, String policy) {
        return all.getOrDefault(policy, new HitRates(0, 0, 0, 0));
    }

    @Test
    void comesCloseToWhoKnowsTheFuture() {
        Map<String, HitRates> all = played(Kind.STEADY, 0.8, Prices.REQUESTS);
        double ours = of(all, Contest.DENSITY).requests();
        double belady = of(all, Contest.BELADY).requests();
        assertTrue(ours >= 0.93 * belady, ours + " of " + belady);
        assertTrue(ours >= of(all, Contest.LRU).requests());
        assertTrue(ours >= of(all, Contest.LFU).requests());
        assertTrue(of(all, Contest.BOUND).requests() >= belady, "nobody is above the bound");
    }

    @Test
    void scansPassThrough() {
        Map<String, HitRates> all = played(Kind.SCANS, 1.0, Prices.MIXED);
        assertTrue(of(all, Contest.DENSITY).cost() >= 1.2 * of(all, Contest.LRU).cost());
    }

    @Test
    void followsAShiftNearlyAsFastAsWhoIsToldAll() {
        Map<String, HitRates> all = played(Kind.SHIFT, 1.0, Prices.REQUESTS);
        double ours = of(all, Contest.DENSITY).turnovers();
        double informed = of(all, Contest.INFORMED).turnovers();
        assertTrue(ours <= 1.5 * informed, ours + " turnovers, informed " + informed);
    }
}
