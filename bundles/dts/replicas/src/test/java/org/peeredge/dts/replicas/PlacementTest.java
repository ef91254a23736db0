// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.replicas.Placement.Candidate;
import org.peeredge.kernel.api.NodeId;

class PlacementTest {
    private static final NodeId OWNER = new NodeId("0".repeat(40));

    private static NodeId node(int n) {
        return new NodeId("%040x".formatted(n));
    }

    private static Item.Id item(int n) {
        return new Item.Id(new Digest("sha256", "%064x".formatted(n)), OWNER);
    }

    @Test
    void thoseOfOtherLansComeFirstAndThoseWithoutRoomNotAtAll() {
        List<Candidate> all =
                List.of(
                        new Candidate(node(1), true, 1L << 40),
                        new Candidate(node(2), false, 100),
                        new Candidate(node(3), false, 99),
                        new Candidate(node(4), false, -1));
        assertEquals(
                List.of(node(2), node(1)),
                Placement.order(item(1), 100, all).stream().map(Candidate::node).toList());
    }

    @Test
    void copiesSpreadWithTheRoomThatIsGiven() {
        List<Candidate> all =
                List.of(
                        new Candidate(node(1), true, 3_000),
                        new Candidate(node(2), true, 1_000),
                        new Candidate(node(3), true, 1_000));
        int items = 5_000;
        long first =
                IntStream.range(0, items)
                        .filter(i ->
                                Placement.order(item(i), 10, all).getFirst().node().equals(node(1)))
                        .count();
        assertEquals(0.6, (double) first / items, 0.03);
    }

    @Test
    void oneThatLeavesMovesOnlyWhatItHad() {
        List<Candidate> all =
                IntStream.range(0, 10).mapToObj(i -> new Candidate(node(i), true, 500)).toList();
        for (int i = 0; i < 200; i++) {
            Item.Id id = item(i);
            List<Candidate> order = Placement.order(id, 1, all);
            List<Candidate> less = all.stream().filter(c -> !c.equals(order.get(4))).toList();
            assertTrue(Placement.order(id, 1, less).subList(0, 4).equals(order.subList(0, 4)));
        }
    }
}
