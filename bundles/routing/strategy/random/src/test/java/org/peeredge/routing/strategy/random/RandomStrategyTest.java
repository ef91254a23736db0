// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.strategy.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.strategy.StrategyTck;
import org.peeredge.kit.tck.strategy.StrategyViews;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

final class RandomStrategyTest extends StrategyTck {
    @Override
    protected RoutingStrategy strategy() {
        return new RandomStrategy();
    }

    @Test
    void everyPeerIsFirstAboutEquallyOften() {
        TransferView view = StrategyViews.view(10, 5);
        SplittableRandom random = new SplittableRandom(5);
        Map<NodeId, Integer> first = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            first.merge(strategy().plan(view, random).shares().getFirst().node(), 1, Integer::sum);
        }
        assertEquals(10, first.size());
        // 1000 expected, standard deviation 30: five of them on each side
        first.values().forEach(n -> assertTrue(n > 850 && n < 1_150, first.toString()));
    }

    @Test
    void namesEveryPeerOnceWithTheSameWeight() {
        for (int peers = 0; peers <= 300; peers += 50) {
            Plan plan = strategy().plan(StrategyViews.view(peers, 3), new SplittableRandom(3));
            assertEquals(Math.min(peers, RandomStrategy.MAX_SHARES), plan.shares().size());
            assertTrue(
                    plan.shares().stream()
                                    .map(s -> s.weight() + "/" + s.windowBytes())
                                    .collect(Collectors.toSet())
                                    .size()
                            <= 1);
        }
    }
}
