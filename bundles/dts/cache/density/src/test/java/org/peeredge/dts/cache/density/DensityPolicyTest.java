// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.dts.api.cache.RefetchCost;
import org.peeredge.kit.tck.cache.CacheLoad;
import org.peeredge.kit.tck.cache.CachePolicyTck;

final class DensityPolicyTest extends CachePolicyTck {
    private static final long MIB = 1 << 20;

    @Override
    protected CachePolicyProvider provider() {
        return new DensityProvider();
    }

    private CachePolicy policy() {
        return provider().create(100 * MIB);
    }

    private static CachedBlob blob(int number, long size, long cost, int uses) {
        return new CachedBlob(CacheLoad.digest(number), size, cost, uses, 1, 1);
    }

    /** Enough small blobs after the ones of interest, so that these have left the window. */
    private static void pass(CachePolicy policy) {
        for (int i = 1_000; i < 1_020; i++) {
            policy.stored(blob(i, MIB, RefetchCost.metered(MIB), 1));
        }
    }

    private static Digest first(CachePolicy policy) {
        return policy.victims(1, d -> true).getFirst();
    }

    @Test
    void aBlobThatANeighbourHoldsGoesBeforeADearOne() {
        CachePolicy policy = policy();
        policy.stored(blob(1, MIB, RefetchCost.metered(MIB), 1));
        policy.stored(blob(2, MIB, RefetchCost.lan(MIB), 1));
        policy.stored(blob(3, MIB, RefetchCost.far(MIB), 1));
        pass(policy);
        assertEquals(
                List.of(CacheLoad.digest(2), CacheLoad.digest(3)),
                policy.victims(2 * MIB, d -> true));
    }

    @Test
    void aCostThatIsToldLaterCounts() {
        CachePolicy policy = policy();
        policy.stored(blob(1, MIB, RefetchCost.far(MIB), 1));
        policy.stored(blob(2, MIB, RefetchCost.far(MIB), 1));
        pass(policy);
        policy.stored(blob(2, MIB, RefetchCost.lan(MIB), 1));
        assertEquals(CacheLoad.digest(2), first(policy));
    }

    @Test
    void whatIsUsedMoreStays() {
        CachePolicy policy = policy();
        policy.stored(blob(1, MIB, RefetchCost.far(MIB), 1));
        policy.stored(blob(2, MIB, RefetchCost.far(MIB), 1));
        pass(policy);
        policy.used(CacheLoad.digest(1), 2);
        assertEquals(CacheLoad.digest(2), first(policy));
    }

    @Test
    void whatCameBackIsRemembered() {
        CachePolicy policy = policy();
        policy.stored(blob(1, MIB, RefetchCost.far(MIB), 1));
        policy.used(CacheLoad.digest(1), 2);
        policy.used(CacheLoad.digest(1), 3);
        policy.removed(CacheLoad.digest(1));
        policy.stored(blob(1, MIB, RefetchCost.far(MIB), 1));
        policy.stored(blob(2, MIB, RefetchCost.far(MIB), 1));
        pass(policy);
        policy.used(CacheLoad.digest(2), 4);
        assertEquals(CacheLoad.digest(2), first(policy), "2 uses against 4, over two stays");
    }

    @Test
    void whatIsNewIsNotTheFirstToGo() {
        CachePolicy policy = policy();
        for (int i = 0; i < 90; i++) {
            policy.stored(blob(i, MIB, RefetchCost.metered(MIB), 5));
        }
        policy.stored(blob(500, MIB / 2, RefetchCost.lan(MIB / 2), 1));
        assertFalse(policy.victims(50 * MIB, d -> true).contains(CacheLoad.digest(500)));
    }

    @Test
    void aScanPassesThrough() {
        CachePolicy policy = policy();
        for (int i = 0; i < 90; i++) {
            policy.stored(blob(i, MIB, RefetchCost.far(MIB), 1));
            policy.used(CacheLoad.digest(i), 1);
        }
        int next = 10_000;
        long used = 90 * MIB;
        int dropped = 0;
        for (int i = 0; i < 500; i++) {
            long needed = used + MIB - 100 * MIB;
            if (needed > 0) {
                for (Digest victim : policy.victims(needed, d -> true)) {
                    policy.removed(victim);
                    used -= MIB;
                    dropped++;
                }
            }
            policy.stored(blob(next++, MIB, RefetchCost.far(MIB), 1));
            used += MIB;
        }
        assertEquals(490, dropped);
        List<Digest> order = policy.victims(100 * MIB, d -> true);
        for (int i = 0; i < 90; i++) {
            assertTrue(order.contains(CacheLoad.digest(i)), "blob " + i + " was scanned out");
        }
    }

    @Test
    void admitsWhatIsWorthMoreThanWhatWouldGo() {
        CachePolicy policy = policy();
        assertTrue(policy.admits(blob(1, MIB, RefetchCost.lan(MIB), 1)), "there is room");
        for (int i = 0; i < 100; i++) {
            policy.stored(blob(i, MIB, RefetchCost.far(MIB), 3));
        }
        assertFalse(policy.admits(blob(200, MIB, RefetchCost.far(MIB), 1)));
        assertTrue(policy.admits(blob(200, MIB, RefetchCost.metered(MIB), 1)));
    }
}
