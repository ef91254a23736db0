// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.peeredge.kit.tck.Residue;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;

final class PlanningTest {
    private static final int EVEN = 1;

    @Test
    void asksTheConfiguredStrategyAndTakesALateOneAtOnce() throws Exception {
        try (Node node = Node.start()) {
            assertEquals("even", node.engine.strategy());
            assertEquals(EVEN, Views.weightOf(node.plan(Views.of(3))));
            node.with("random", Views.weight(7));
            assertEquals("even", node.engine.strategy(), "random was not chosen");
            RoutingStrategy network = Views.weight(5);
            node.with("network", network);
            assertEquals("network", node.engine.strategy());
            assertEquals(5, Views.weightOf(node.plan(Views.of(3))));
            node.engine.unbindStrategy(network);
            assertEquals("even", node.engine.strategy());
            assertEquals(2.0, node.metric("peeredge_routing_strategy_changes_total"));
        }
    }

    @Test
    void aThrowingStrategyIsTrippedAndTheOneBeforeGoesOn() throws Exception {
        try (Node node = Node.start()) {
            boolean[] broken = {false};
            node.with("network", Views.weight(5))
                    .with(
                            "bad",
                            (view, random) -> {
                                if (broken[0]) {
                                    throw new StackOverflowError("on purpose");
                                }
                                return Views.plan(view, 9);
                            });
            assertEquals("bad", Node.get(node.engine.use("bad")).after());
            assertEquals(9, Views.weightOf(node.plan(Views.of(2))));
            broken[0] = true;
            for (int i = 0; i < 3; i++) {
                assertEquals("bad", node.engine.strategy());
                assertEquals(5, Views.weightOf(node.plan(Views.of(2))), "the one before");
            }
            assertEquals("network", node.engine.strategy());
            assertTrue(
                    node.engine.strategies().stream()
                            .anyMatch(s ->
                                    s.type().equals("bad") && s.state().startsWith("tripped: ")),
                    () -> node.engine.strategies().toString());
            assertEquals(
                    3.0, node.metric("peeredge_routing_plan_failures_total", "reason", "threw"));
            assertEquals(1.0, node.metric("peeredge_routing_strategy_trips_total"));
            assertTrue(node.kernel.threads().failures().isEmpty());
        }
    }

    @Test
    void aHangingStrategyIsTrippedAtOnceAndItsThreadReplaced() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (Node node = Node.impatient()) {
            node.with(
                    "network",
                    (view, random) -> {
                        entered.countDown();
                        awaitDeaf(release);
                        return Views.plan(view, 5);
                    });
            assertEquals(EVEN, Views.weightOf(node.plan(Views.of(2))), "answered at the deadline");
            entered.await();
            await(() -> node.engine.strategy().equals("even"));
            String state = node.engine.strategies().getFirst().state();
            assertTrue(state.contains("org.peeredge.routing.engine-plan-"), state);
            await(() -> node.metric("peeredge_routing_abandoned_threads") == 1);
            node.with("network", Views.weight(6));
            assertEquals("network", node.engine.strategy(), "a new bundle of the same type");
            await(() -> Views.weightOf(node.plan(Views.of(2))) == 6);
            release.countDown();
            await(() -> node.metric("peeredge_routing_abandoned_threads") == 0);
        }
    }

    @Test
    void aStrategyThatLeavesAThreadBehindIsTrippedAtOnce() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        boolean[] leaks = {false};
        try (Node node = Node.start()) {
            RoutingStrategy bad =
                    (view, random) -> {
                        if (leaks[0]) {
                            Thread.ofPlatform()
                                    .daemon()
                                    .name("left behind")
                                    .start(() -> awaitDeaf(release));
                        }
                        return Views.plan(view, 9);
                    };
            node.with("network", Views.weight(5)).with("bad", bad);
            assertEquals("bad", Node.get(node.engine.use("bad")).after());
            leaks[0] = true;
            assertEquals(5, Views.weightOf(node.plan(Views.of(2))), "the one before");
            assertEquals("network", node.engine.strategy());
            String states = node.engine.strategies().toString();
            assertTrue(
                    states.contains("tripped: leaks: a plan left [left behind] running"), states);
            assertEquals(
                    1.0, node.metric("peeredge_routing_plan_failures_total", "reason", "leaked"));
            assertEquals(1.0, node.metric("peeredge_routing_strategy_trips_total"));
            node.with("worse", bad);
            String failure = Node.failure(node.engine.use("worse")).toString();
            assertTrue(failure.contains("failed its check"), failure);
            assertEquals("network", node.engine.strategy());
        } finally {
            release.countDown();
        }
    }

    @Test
    void aThreadThatHasEndedIsNoLeak() throws Exception {
        try (Node node = Node.start()) {
            node.with(
                    "network",
                    (view, random) -> {
                        Thread thread = Thread.ofPlatform().start(() -> {});
                        join(thread);
                        return Views.plan(view, 5);
                    });
            for (int i = 0; i < 10; i++) {
                assertEquals(5, Views.weightOf(node.plan(Views.of(2))));
            }
            assertEquals("network", node.engine.strategy());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whenTooManyThreadsAreLostPlansAreEvenUntilOneComesBack() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (Node node =
                new Node(
                        Map.of(
                                "plan_timeout_millis", 20L,
                                "hang_timeout_millis", 40L,
                                "max_abandoned_threads", 1))) {
            for (int i = 0; i < 2; i++) {
                node.with(
                        "network",
                        (view, random) -> {
                            awaitDeaf(release);
                            return Views.plan(view, 5);
                        });
                int lost = i + 1;
                await(() -> {
                    var _ = node.plan(Views.of(1));
                    return node.metric("peeredge_routing_abandoned_threads") == lost;
                });
            }
            node.with("network", Views.weight(6));
            assertEquals(EVEN, Views.weightOf(node.plan(Views.of(1))));
            assertTrue(
                    node.metric("peeredge_routing_plan_failures_total", "reason", "queue_full")
                            >= 1);
            release.countDown();
            await(() -> Views.weightOf(node.plan(Views.of(1))) == 6);
        }
    }

    @Test
    void aRaisedLimitOfLostThreadsEndsTheEvenPlans() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (Node node =
                new Node(
                        Map.of(
                                "plan_timeout_millis", 20L,
                                "hang_timeout_millis", 40L,
                                "max_abandoned_threads", 0))) {
            node.with(
                    "network",
                    (view, random) -> {
                        awaitDeaf(release);
                        return Views.plan(view, 5);
                    });
            assertEquals(EVEN, Views.weightOf(node.plan(Views.of(1))));
            await(() -> node.metric("peeredge_routing_abandoned_threads") == 1);
            node.with("network", Views.weight(6));
            assertEquals(EVEN, Views.weightOf(node.plan(Views.of(1))), "there is no thread");
            node.configure("max_abandoned_threads", 1);
            await(() -> Views.weightOf(node.plan(Views.of(1))) == 6);
            release.countDown();
        }
    }

    @Test
    void aLateStrategyCountsAsFailedWhenItReturns() throws Exception {
        try (Node node =
                new Node(Map.of("plan_timeout_millis", 10L, "hang_timeout_millis", 60_000L))) {
            AtomicInteger calls = new AtomicInteger();
            CountDownLatch answered = new CountDownLatch(1);
            node.with(
                    "network",
                    (view, random) -> {
                        calls.incrementAndGet();
                        awaitDeaf(answered);
                        return Views.plan(view, 5);
                    });
            assertEquals(EVEN, Views.weightOf(node.plan(Views.of(2))));
            answered.countDown();
            await(() -> node.metric("peeredge_routing_plan_failures_total", "reason", "late") == 1);
            assertEquals("network", node.engine.strategy(), "one late plan does not trip it");
            assertEquals(1, calls.get());
        }
    }

    @Test
    void holdsPlansAgainstTheView() throws Exception {
        try (Node node = Node.start()) {
            node.with(
                    "network",
                    (view, random) ->
                            new Plan(
                                    List.of(
                                            new Plan.Share(Views.id(99), 1, 1),
                                            new Plan.Share(Views.SELF, 1, 1),
                                            new Plan.Share(Views.id(1), 3, Integer.MAX_VALUE))));
            Plan plan = node.plan(Views.of(2));
            assertEquals(
                    List.of(new Plan.Share(Views.id(1), 3, PlanCheck.MAX_WINDOW_BYTES)),
                    plan.shares());
            assertEquals(2.0, node.metric("peeredge_routing_dropped_shares_total"));
        }
    }

    @Test
    void aPlanThatNamesNobodyIsAFailure() throws Exception {
        try (Node node = Node.start().with("network", (view, random) -> new Plan(List.of()))) {
            assertEquals(EVEN, Views.weightOf(node.plan(Views.of(2))));
            assertEquals(
                    1.0, node.metric("peeredge_routing_plan_failures_total", "reason", "invalid"));
            assertEquals(0, node.plan(Views.of(0)).shares().size());
            assertEquals(
                    1.0, node.metric("peeredge_routing_plan_failures_total", "reason", "invalid"));
        }
    }

    @Test
    void stopAnswersWhoeverWaitsAndLeavesNothing() throws Exception {
        Residue residue = Residue.now();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Node node = Node.start();
        node.with(
                "network",
                (view, random) -> {
                    entered.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException("stopped", e);
                    }
                    return Views.plan(view, 5);
                });
        var running = node.engine.plan(Views.of(2));
        var waiting = node.engine.plan(Views.of(3));
        entered.await();
        node.engine.deactivate();
        assertEquals(2, Node.get(running).shares().size());
        assertEquals(3, Node.get(waiting).shares().size());
        assertEquals(1, node.plan(Views.of(1)).shares().size(), "also afterwards");
        assertEquals(0, node.kernel.metrics().size());
        node.kernel.close();
        residue.assertBack();
    }

    @Test
    void everyPlanIsAnsweredWhileStrategiesAreSwapped() throws Exception {
        try (Node node = Node.start()) {
            RoutingStrategy current = Views.weight(5);
            node.with("network", current);
            for (int i = 0; i < 100; i++) {
                var before = node.engine.plan(Views.of(4));
                RoutingStrategy next = Views.weight(5);
                node.with("network", next);
                var between = node.engine.plan(Views.of(4));
                node.engine.unbindStrategy(current);
                assertEquals(5, Views.weightOf(Node.get(before)));
                assertEquals(5, Views.weightOf(Node.get(between)));
                assertEquals(5, Views.weightOf(node.plan(Views.of(4))));
                current = next;
            }
            // A plan is counted just after its answer has been given.
            await(() -> node.metric("peeredge_routing_plans_total", "by", "strategy") >= 300);
            assertEquals(300.0, node.metric("peeredge_routing_plans_total", "by", "strategy"));
        }
    }

    /** Waits as a broken strategy would: deaf to interrupts. */
    private static void awaitDeaf(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                latch.await();
                open = true;
            } catch (InterruptedException e) {
                // on purpose
            }
        }
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() < deadline, "not within 20 s");
            Thread.onSpinWait();
        }
    }
}
