// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.strategy.network;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.strategy.StrategyTck;
import org.peeredge.kit.tck.strategy.StrategyViews;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

final class NetworkStrategyTest extends StrategyTck {
    private static final long MB = 1_000_000;
    private int ids;

    @Override
    protected RoutingStrategy strategy() {
        return new NetworkStrategy();
    }

    private NodeId id() {
        return new NodeId(String.format("%040x", ++ids));
    }

    private PeerView lan(long rate, long rtt) {
        return new PeerView(id(), true, false, false, rtt, rate, 0, 0);
    }

    private PeerView wan(long rate, long rtt) {
        return new PeerView(id(), false, false, false, rtt, rate, 0, 0);
    }

    private PeerView origin(boolean sameLan) {
        return new PeerView(id(), sameLan, true, true, 5_000, 50 * MB, 0, 0);
    }

    private static PeerView failing(PeerView p, int failures) {
        return new PeerView(
                p.node(),
                p.sameLan(),
                p.origin(),
                p.complete(),
                p.rttMicros(),
                p.bytesPerSecond(),
                p.inFlightBytes(),
                failures);
    }

    private static PeerView complete(PeerView p) {
        return new PeerView(
                p.node(),
                p.sameLan(),
                p.origin(),
                true,
                p.rttMicros(),
                p.bytesPerSecond(),
                p.inFlightBytes(),
                p.failures());
    }

    private Plan plan(PeerView... peers) {
        return plan(1, peers);
    }

    private Plan plan(long seed, PeerView... peers) {
        TransferView view = new TransferView(1, id(), 1 << 30, Arrays.asList(peers));
        return strategy().plan(view, new SplittableRandom(seed));
    }

    private static List<NodeId> order(Plan plan) {
        return plan.shares().stream().map(Plan.Share::node).toList();
    }

    private static Plan.Share of(Plan plan, PeerView peer) {
        return plan.shares().stream()
                .filter(s -> s.node().equals(peer.node()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void lanFirstThenDistantThenOrigins() {
        PeerView origin = origin(true);
        PeerView far = wan(100 * MB, 20_000);
        PeerView near = lan(MB, 500);
        assertEquals(
                List.of(near.node(), far.node(), origin.node()), order(plan(origin, far, near)));
    }

    @Test
    void fasterFirstAndMoreOfTheWork() {
        PeerView slow = wan(MB, 20_000);
        PeerView fast = wan(9 * MB, 20_000);
        Plan plan = plan(slow, fast);
        assertEquals(List.of(fast.node(), slow.node()), order(plan));
        assertEquals(9.0, (double) of(plan, fast).weight() / of(plan, slow).weight(), 0.1);
    }

    @Test
    void anOriginDoesItsShareUntilAPeerHasEverything() {
        PeerView origin = origin(false);
        PeerView peer = wan(10 * MB, 20_000);
        Plan before = plan(origin, peer);
        assertTrue(of(before, origin).weight() >= of(before, peer).weight());
        Plan after = plan(origin, complete(peer));
        assertTrue(of(after, origin).weight() * 20 < of(after, peer).weight());
        assertEquals(NetworkStrategy.MIN_WINDOW_BYTES, of(after, origin).windowBytes());
        Plan broken = plan(origin, failing(complete(peer), NetworkStrategy.MANY_FAILURES));
        assertEquals(origin.node(), order(broken).getFirst(), "a failing peer spares nobody");
    }

    @Test
    void failuresDemote() {
        PeerView good = lan(10 * MB, 500);
        PeerView shaky = failing(lan(10 * MB, 500), 1);
        PeerView bad = failing(lan(500 * MB, 500), NetworkStrategy.MANY_FAILURES);
        PeerView far = wan(MB, 50_000);
        Plan plan = plan(bad, shaky, far, good);
        assertEquals(List.of(good.node(), shaky.node(), far.node(), bad.node()), order(plan));
        assertEquals(2.0, (double) of(plan, good).weight() / of(plan, shaky).weight(), 0.1);
        assertEquals(NetworkStrategy.MIN_WINDOW_BYTES, of(plan, shaky).windowBytes());
    }

    @Test
    void aBusyPeerGetsLess() {
        PeerView idle = lan(10 * MB, 500);
        PeerView busy = new PeerView(id(), true, false, false, 500, 10 * MB, 10 * MB, 0);
        Plan plan = plan(busy, idle);
        assertEquals(idle.node(), order(plan).getFirst());
        assertTrue(of(plan, busy).weight() < of(plan, idle).weight());
    }

    @Test
    void anUnknownPeerCountsLikeTheUsualOne() {
        PeerView unknown = lan(0, 0);
        Plan plan = plan(lan(MB, 500), lan(5 * MB, 500), lan(100 * MB, 500), unknown);
        int at = order(plan).indexOf(unknown.node());
        assertTrue(at == 1 || at == 2, order(plan).toString());
        assertEquals(50_000, of(plan, unknown).weight(), 1_000);
    }

    @Test
    void equalPeersTakeTurns() {
        PeerView[] peers = {lan(0, 0), lan(0, 0), lan(0, 0), lan(0, 0)};
        Set<NodeId> first = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            first.add(order(plan(seed, peers)).getFirst());
        }
        assertEquals(4, first.size());
    }

    @Test
    void theWindowFollowsBandwidthAndDelayWithinBounds() {
        PeerView longFat = wan(40 * MB, 100_000);
        assertEquals(8 * MB, of(plan(longFat), longFat).windowBytes());
        PeerView thin = wan(MB / 10, 20_000);
        assertEquals(NetworkStrategy.MIN_WINDOW_BYTES, of(plan(thin), thin).windowBytes());
        PeerView huge = lan(Long.MAX_VALUE, Long.MAX_VALUE);
        assertEquals(NetworkStrategy.MAX_WINDOW_BYTES, of(plan(huge), huge).windowBytes());
        PeerView gigabyte = lan(1_000 * MB, 100);
        assertTrue(
                of(plan(gigabyte), gigabyte).windowBytes() > 8 << 20, "not starved by a short rtt");
    }

    /** Over random views: what is better in every way never comes after, nor gets less. */
    @Test
    void neverPrefersTheWorse() {
        for (int seed = 0; seed < 300; seed++) {
            TransferView view = StrategyViews.view(30, seed);
            Map<NodeId, PeerView> peers =
                    view.peers().stream()
                            .collect(Collectors.toMap(PeerView::node, Function.identity()));
            Plan plan = strategy().plan(view, new SplittableRandom(seed));
            List<Plan.Share> shares = new ArrayList<>(plan.shares());
            Map<NodeId, Integer> rank = new HashMap<>();
            for (int i = 0; i < shares.size(); i++) {
                rank.put(shares.get(i).node(), i);
            }
            for (Plan.Share a : shares) {
                for (Plan.Share b : shares) {
                    PeerView pa = requireNonNull(peers.get(a.node()));
                    PeerView pb = requireNonNull(peers.get(b.node()));
                    if (better(pa, pb)) {
                        assertTrue(
                                requireNonNull(rank.get(a.node()))
                                        < requireNonNull(rank.get(b.node())),
                                "seed " + seed + ": " + pb + " before " + pa);
                        assertTrue(a.weight() >= b.weight(), "seed " + seed);
                    }
                }
            }
        }
    }

    private static boolean better(PeerView a, PeerView b) {
        return a.sameLan()
                && a.bytesPerSecond() > b.bytesPerSecond()
                && b.bytesPerSecond() > 0
                && a.inFlightBytes() <= b.inFlightBytes()
                && a.failures() <= b.failures()
                && !a.origin()
                && a.rttMicros() > 0
                && a.rttMicros() <= b.rttMicros();
    }

    @Test
    void keepsPlacesForThoseWhoHaveEverything() {
        List<PeerView> peers = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            peers.add(lan(10 * MB, 500));
        }
        PeerView origin = origin(false);
        peers.add(origin);
        Plan plan = plan(peers.toArray(PeerView[]::new));
        assertEquals(NetworkStrategy.MAX_SHARES, plan.shares().size());
        assertFalse(order(plan).indexOf(origin.node()) < 0);
        assertNotEquals(origin.node(), order(plan).getFirst());
    }
}
