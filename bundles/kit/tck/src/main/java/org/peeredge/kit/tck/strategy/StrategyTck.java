// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.strategy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.Swaps;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * The contract of {@link RoutingStrategy}. A strategy's test extends this and says how one is made;
 * tests of what it prefers are its own.
 */
public abstract class StrategyTck {
    /** No peer may have more than this asked for at once. */
    private static final int MAX_WINDOW_BYTES = 64 << 20;

    private static final int MAX_PEERS = 200;
    private static final int SEEDS = 300;

    /** For subclasses. */
    protected StrategyTck() {}

    /** A new strategy, as its component would be after activation. */
    protected abstract RoutingStrategy strategy();

    /** The same view and the same randomness give the same plan, also from another instance. */
    @Test
    public void isAPureFunction() {
        RoutingStrategy one = strategy();
        RoutingStrategy other = strategy();
        for (int seed = 0; seed < SEEDS; seed++) {
            TransferView view = StrategyViews.view(seed % 40, seed);
            Plan first = one.plan(view, new SplittableRandom(seed));
            assertEquals(first, one.plan(view, new SplittableRandom(seed)), "seed " + seed);
            assertEquals(first, other.plan(view, new SplittableRandom(seed)), "seed " + seed);
        }
    }

    /** A view lists its peers in no order, so their order may not matter. */
    @Test
    public void doesNotDependOnTheOrderOfPeers() {
        RoutingStrategy strategy = strategy();
        for (int seed = 0; seed < SEEDS; seed++) {
            TransferView view = StrategyViews.view(1 + seed % 40, seed);
            TransferView turned =
                    new TransferView(
                            view.transfer(),
                            view.self(),
                            view.remainingBytes(),
                            view.peers().reversed());
            assertEquals(
                    strategy.plan(view, new SplittableRandom(seed)),
                    strategy.plan(turned, new SplittableRandom(seed)),
                    "seed " + seed);
        }
    }

    /** No peers: a plan that names nobody. */
    @Test
    public void plansAnEmptyView() {
        Plan plan = strategy().plan(StrategyViews.view(0, 1), new SplittableRandom(1));
        assertEquals(List.of(), plan.shares());
    }

    /** One peer, whatever is known of it: it is named, for there is nobody else. */
    @Test
    public void namesTheOnlyPeer() {
        for (int seed = 0; seed < SEEDS; seed++) {
            TransferView view = StrategyViews.view(1, seed);
            Plan plan = strategy().plan(view, new SplittableRandom(seed));
            assertEquals(1, plan.shares().size(), "seed " + seed);
            assertEquals(view.peers().getFirst().node(), plan.shares().getFirst().node());
        }
    }

    /** From 1 to 200 peers: names peers of the view only, at least one, within the bounds. */
    @Test
    public void staysInsideTheViewAndTheBounds() {
        RoutingStrategy strategy = strategy();
        for (int peers = 1; peers <= MAX_PEERS; peers++) {
            TransferView view = StrategyViews.view(peers, peers);
            Set<NodeId> known =
                    view.peers().stream().map(PeerView::node).collect(Collectors.toSet());
            Plan plan = strategy.plan(view, new SplittableRandom(peers));
            assertFalse(plan.shares().isEmpty(), peers + " peers and none is named");
            for (Plan.Share share : plan.shares()) {
                assertTrue(known.contains(share.node()), peers + " peers, named a stranger");
                assertTrue(
                        share.windowBytes() <= MAX_WINDOW_BYTES,
                        peers + " peers, window " + share.windowBytes());
            }
        }
    }

    /**
     * Somebody who has the whole blob is named when there is one: else a piece that the named ones
     * lack would be out of reach.
     */
    @Test
    public void namesSomebodyWhoHasEverything() {
        RoutingStrategy strategy = strategy();
        for (int peers = 1; peers <= MAX_PEERS; peers++) {
            int seed = peers;
            TransferView view = StrategyViews.view(peers, seed);
            Set<NodeId> complete =
                    view.peers().stream()
                            .filter(PeerView::complete)
                            .map(PeerView::node)
                            .collect(Collectors.toSet());
            Plan plan = strategy.plan(view, new SplittableRandom(seed));
            assertTrue(
                    complete.isEmpty()
                            || plan.shares().stream().anyMatch(s -> complete.contains(s.node())),
                    "of " + peers + " peers nobody is named who has everything");
        }
    }

    /** 200 peers in well under the 50 ms that a plan may take, by CPU time, after warming up. */
    @Test
    public void isFastEnough() {
        RoutingStrategy strategy = strategy();
        TransferView view = StrategyViews.view(MAX_PEERS, 7);
        int rounds = 200;
        for (int i = 0; i < rounds; i++) {
            strategy.plan(view, new SplittableRandom(i));
        }
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < rounds; i++) {
            strategy.plan(view, new SplittableRandom(i));
        }
        long meanMicros = (threads.getCurrentThreadCpuTime() - before) / rounds / 1_000;
        assertTrue(meanMicros < 10_000, "a plan for 200 peers took " + meanMicros + " us of CPU");
    }

    /** Four threads at once get what one alone would. */
    @Test
    public void isSafeForManyThreads() throws InterruptedException {
        RoutingStrategy strategy = strategy();
        List<Plan> expected = new ArrayList<>();
        for (int seed = 0; seed < 100; seed++) {
            expected.add(planOf(strategy, seed));
        }
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int seed = 0; seed < 100; seed++) {
                                    if (!planOf(strategy, seed).equals(expected.get(seed))) {
                                        faults.add("seed " + seed);
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(faults));
    }

    private static Plan planOf(RoutingStrategy strategy, int seed) {
        return strategy.plan(StrategyViews.view(20, seed), new SplittableRandom(seed));
    }

    /** Two thousand plans leave no thread, socket, file or direct memory behind. */
    @Test
    public void leavesNothingBehind() {
        Residue residue = Residue.now();
        RoutingStrategy strategy = strategy();
        for (int i = 0; i < 2_000; i++) {
            planOf(strategy, i & 63);
        }
        residue.assertBack(0);
    }

    /** A hundred swaps while plans are made: every plan is good, and nothing is left. */
    @Test
    public void swapsUnderLoad() throws InterruptedException {
        Swaps.underLoad(this::strategy, List.of(planning(), planning()));
    }

    private static Consumer<RoutingStrategy> planning() {
        AtomicInteger plans = new AtomicInteger();
        return strategy -> {
            int seed = plans.getAndIncrement() & 63;
            assertFalse(planOf(strategy, seed).shares().isEmpty(), "an empty plan, seed " + seed);
        };
    }
}
