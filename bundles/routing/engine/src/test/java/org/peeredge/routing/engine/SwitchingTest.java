// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.routing.api.Routing.Change;

final class SwitchingTest {
    @Test
    void changesAndRemembers() throws Exception {
        try (Node node = Node.start()) {
            node.with("network", Views.weight(5)).with("random", Views.weight(7));
            assertEquals(new Change("network", "random"), Node.get(node.engine.use("random")));
            assertEquals(List.of("random"), node.saved);
            assertEquals("random", node.engine.strategy());
            assertEquals(7, Views.weightOf(node.plan(Views.of(2))));
            assertEquals(new Change("random", "random"), Node.get(node.engine.use("random")));
            assertEquals(new Change("random", "network"), Node.get(node.engine.use("network")));
            node.configure("strategy", "random");
            assertEquals("random", node.engine.strategy(), "an operator's edit counts");
        }
    }

    @Test
    void aConfiguredStrategyThatIsNotThereYetTakesOverWhenItComes() throws Exception {
        try (Node node = Node.start()) {
            node.with("network", Views.weight(5));
            node.configure("strategy", "price");
            assertEquals("network", node.engine.strategy());
            node.with("price", Views.weight(8));
            assertEquals("price", node.engine.strategy());
        }
    }

    @Test
    void refusesWhatIsNotThereNamingWhatIs() throws Exception {
        try (Node node = Node.start()) {
            node.with("network", Views.weight(5)).with("random", Views.weight(7));
            Throwable missing = Node.failure(node.engine.use("price"));
            assertInstanceOf(NeverException.class, missing);
            assertTrue(Failures.text(missing).contains("network"), Failures.text(missing));
            assertTrue(Failures.text(missing).contains("random"), Failures.text(missing));
            assertInstanceOf(NeverException.class, Node.failure(node.engine.use("No Such!")));
            assertEquals("network", node.engine.strategy());
            assertEquals(List.of(), node.saved);
        }
    }

    @Test
    void aStrategyThatFailsItsProbeIsNeverPutInForce() throws Exception {
        try (Node node = Node.start()) {
            node.with("network", Views.weight(5))
                    .with(
                            "bad",
                            (view, random) -> {
                                if (view.peers().size() > 100) {
                                    throw new IllegalArgumentException("too many for me");
                                }
                                return Views.plan(view, 9);
                            });
            Throwable failed = Node.failure(node.engine.use("bad"));
            assertInstanceOf(NeverException.class, failed);
            assertTrue(Failures.text(failed).contains("too many for me"), Failures.text(failed));
            assertEquals("network", node.engine.strategy());
            assertEquals(List.of(), node.saved);
        }
    }

    @Test
    void goesBackWhenTheChoiceCannotBeRemembered() throws Exception {
        try (Node node = Node.start()) {
            node.with("network", Views.weight(5)).with("random", Views.weight(7));
            node.diskFull = true;
            Throwable failed = Node.failure(node.engine.use("random"));
            assertInstanceOf(RetryLaterException.class, failed);
            assertTrue(Failures.text(failed).contains("No space left"), Failures.text(failed));
            assertEquals("network", node.engine.strategy());
            node.diskFull = false;
            assertEquals("random", Node.get(node.engine.use("random")).after());
        }
    }

    @Test
    void oneChangeAtATime() throws Exception {
        try (Node node = Node.start()) {
            var entered = new java.util.concurrent.CountDownLatch(1);
            var go = new java.util.concurrent.CountDownLatch(1);
            node.with("network", Views.weight(5))
                    .with(
                            "slow",
                            (view, random) -> {
                                entered.countDown();
                                try {
                                    go.await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                                return Views.plan(view, 9);
                            });
            var slow = node.engine.use("slow");
            entered.await();
            assertInstanceOf(RetryLaterException.class, Node.failure(node.engine.use("network")));
            go.countDown();
            assertEquals("slow", Node.get(slow).after());
            assertEquals("network", Node.get(node.engine.use("network")).after());
        }
    }

    @Test
    void ignoresAStrategyWithoutAProperType() {
        try (Node node = Node.start()) {
            node.engine.bindStrategy(Views.weight(5), Map.of());
            node.with("Not A Type", Views.weight(5)).with("even", Views.weight(5));
            assertEquals(1, node.engine.strategies().size(), "the built-in one alone");
        }
    }

    @Test
    void aBadValueNamesPidAndKey() {
        Throwable bad =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Node(Map.of("plan_timeout_millis", 0L)));
        assertTrue(Failures.text(bad).contains("org.peeredge.routing.engine"), Failures.text(bad));
        assertTrue(Failures.text(bad).contains("plan.timeout.millis"), Failures.text(bad));
        assertThrows(IllegalArgumentException.class, () -> new Node(Map.of("strategy", "no good")));
        assertThrows(
                IllegalArgumentException.class, () -> new Node(Map.of("hang_timeout_millis", 49L)));
    }
}
