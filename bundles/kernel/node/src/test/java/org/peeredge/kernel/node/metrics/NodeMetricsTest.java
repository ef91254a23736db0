// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics.Family;
import org.peeredge.kernel.api.metrics.Metrics.Kind;
import org.peeredge.kernel.api.metrics.Metrics.Value;

class NodeMetricsTest {
    private final NodeMetrics metrics = new NodeMetrics();

    @Test
    void collectsByFamilyInNameOrder() {
        MetricScope scope = metrics.scope();
        scope.counter("peeredge_b_things_total", "B.", "result", "ok").add(3);
        scope.counter("peeredge_b_things_total", "B.", "result", "failed").increment();
        scope.gauge("peeredge_a_level_bytes", "A.", () -> 7.5);
        assertEquals(
                List.of(
                        new Family(
                                "peeredge_a_level_bytes",
                                "A.",
                                Kind.GAUGE,
                                List.of(new Value(List.of(), 7.5))),
                        new Family(
                                "peeredge_b_things_total",
                                "B.",
                                Kind.COUNTER,
                                List.of(
                                        new Value(List.of("result", "ok"), 3),
                                        new Value(List.of("result", "failed"), 1)))),
                metrics.collect());
        scope.close();
        assertEquals(List.of(), metrics.collect());
    }

    @Test
    void aCounterIsSharedUntilItsLastScopeCloses() {
        MetricScope first = metrics.scope();
        MetricScope second = metrics.scope();
        Counter one = first.counter("peeredge_b_things_total", "B.");
        assertSame(one, second.counter("peeredge_b_things_total", "B."));
        one.add(2);
        first.close();
        assertEquals(2, metrics.collect().getFirst().values().getFirst().value());
        second.close();
        assertTrue(metrics.collect().isEmpty());
    }

    @Test
    void theYoungestGaugeIsReadAndTheOlderComesBack() {
        MetricScope first = metrics.scope();
        MetricScope second = metrics.scope();
        first.gauge("peeredge_a_level_bytes", "A.", () -> 1);
        second.gauge("peeredge_a_level_bytes", "A.", () -> 2);
        assertEquals(2, metrics.collect().getFirst().values().getFirst().value());
        second.close();
        assertEquals(1, metrics.collect().getFirst().values().getFirst().value());
    }

    @Test
    void aGaugeThatThrowsSpoilsNoOther() {
        MetricScope scope = metrics.scope();
        scope.gauge(
                "peeredge_a_level_bytes",
                "A.",
                () -> {
                    throw new IllegalStateException("thrown by a test");
                });
        scope.gauge("peeredge_b_level_bytes", "B.", () -> 4);
        assertTrue(Double.isNaN(metrics.collect().get(0).values().getFirst().value()));
        assertEquals(4, metrics.collect().get(1).values().getFirst().value());
    }

    @Test
    void refusesWrongNamesKindsAndLabels() {
        MetricScope scope = metrics.scope();
        assertThrows(IllegalArgumentException.class, () -> scope.counter("things_total", "."));
        assertThrows(IllegalArgumentException.class, () -> scope.counter("peeredge_a_b", "."));
        assertThrows(
                IllegalArgumentException.class,
                () -> scope.gauge("peeredge_a_b_total", ".", () -> 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> scope.counter("peeredge_a_b_total", ".", "result"));
        assertThrows(
                IllegalArgumentException.class,
                () -> scope.counter("peeredge_a_b_total", ".", "Result", "ok"));
        Counter counter = scope.counter("peeredge_a_b_total", ".");
        assertThrows(IllegalArgumentException.class, () -> counter.add(-1));
        scope.close();
        assertThrows(IllegalStateException.class, () -> scope.counter("peeredge_a_b_total", "."));
    }

    @Test
    void labelsFromOutsideHitALimit() {
        MetricScope scope = metrics.scope();
        assertThrows(
                IllegalStateException.class,
                () -> {
                    for (int i = 0; i <= Registry.MAX_SERIES_PER_FAMILY; i++) {
                        scope.counter("peeredge_a_b_total", ".", "peer", "p" + i);
                    }
                });
    }
}
