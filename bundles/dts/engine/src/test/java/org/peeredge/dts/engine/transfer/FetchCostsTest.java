// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.cache.RefetchCost;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NodeId;

class FetchCostsTest {
    private static final NodeId PEER = new NodeId("ab".repeat(20));
    private static final long SIZE = 16 << 20;

    @Test
    void bytesFromTheLanAreCheapAndThoseFromAfarAreNot() {
        assertEquals(OptionalLong.of(RefetchCost.lan(SIZE)), FetchCosts.cost(SIZE, SIZE, 0));
        assertEquals(OptionalLong.of(RefetchCost.far(SIZE)), FetchCosts.cost(SIZE, 0, SIZE));
    }

    @Test
    void aQuarterFromAfarCostsThatQuarterAndARequestThere() {
        long expected = RefetchCost.REQUEST + SIZE / 4 + SIZE * 3 / 4 / RefetchCost.LAN_DIVISOR;
        assertEquals(OptionalLong.of(expected), FetchCosts.cost(SIZE, SIZE * 3 / 4, SIZE / 4));
    }

    @Test
    void whatAnEarlierRunHadFetchedCountsInProportion() {
        assertEquals(OptionalLong.of(RefetchCost.far(SIZE)), FetchCosts.cost(SIZE, 0, SIZE / 8));
    }

    @Test
    void nothingFetchedSaysNothing() {
        assertEquals(OptionalLong.empty(), FetchCosts.cost(SIZE, 0, 0));
    }

    @Test
    void aMemberIsNearAsLongAsItIsThereAndMeasuredSo() {
        FetchCosts costs = new FetchCosts();
        assertFalse(costs.near(PEER));
        costs.event(new Event.PeerUp(PEER, Set.of(), true, 200));
        assertTrue(costs.near(PEER));
        costs.event(new Event.PeerMeasured(PEER, false, 40_000));
        assertFalse(costs.near(PEER));
        costs.event(new Event.PeerMeasured(PEER, true, 200));
        costs.event(new Event.PeerDown(PEER));
        assertFalse(costs.near(PEER));
    }
}
