// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.lru;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.kit.tck.cache.CacheLoad;
import org.peeredge.kit.tck.cache.CachePolicyTck;

final class LruPolicyTest extends CachePolicyTck {
    @Override
    protected CachePolicyProvider provider() {
        return new LruProvider();
    }

    @Test
    void dropsWhatWasNotUsedForLongest() {
        CachePolicy policy = provider().create(10);
        for (int i = 0; i < 4; i++) {
            policy.stored(CacheLoad.blob(i, 1, i));
        }
        policy.used(CacheLoad.digest(0), 10);
        policy.stored(CacheLoad.blob(1, 1, 1)); // facts told again are no use
        assertEquals(
                List.of(CacheLoad.digest(1), CacheLoad.digest(2)), policy.victims(2, d -> true));
    }
}
