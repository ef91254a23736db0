// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.metrics.MetricScope;

final class TestKernelTest {
    @Test
    void aLoopKeepsOrderRunsTimersAndEnds() throws Exception {
        Residue residue = Residue.now();
        try (TestKernel kernel = new TestKernel()) {
            Loop loop = kernel.threads().newLoop("org.peeredge.test", "loop");
            List<Integer> seen = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int n = i;
                loop.execute(() -> seen.add(n));
            }
            CountDownLatch due = new CountDownLatch(1);
            loop.schedule(Duration.ofMillis(1), due::countDown);
            assertTrue(due.await(5, TimeUnit.SECONDS));
            loop.schedule(Duration.ofHours(1), () -> seen.add(-1));
            loop.execute(() -> seen.add(loop.inLoop() ? 100 : -2));
            loop.close();
            assertEquals(101, seen.size());
            assertEquals(100, seen.getLast());
            assertFalse(loop.inLoop());
            assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
            assertEquals(List.of(), kernel.threads().failures());
        }
        residue.assertBack();
    }

    @Test
    void aTaskThatThrowsIsKeptAndTheLoopGoesOn() throws Exception {
        try (TestKernel kernel = new TestKernel()) {
            Loop loop = kernel.threads().newLoop("org.peeredge.test", "loop");
            loop.execute(() -> {
                throw new IllegalStateException("on purpose");
            });
            CountDownLatch after = new CountDownLatch(1);
            loop.execute(after::countDown);
            assertTrue(after.await(5, TimeUnit.SECONDS));
            assertEquals(1, kernel.threads().failures().size());
        }
    }

    @Test
    void metricsAreReadByNameAndGoWithTheirScope() {
        TestMetrics metrics = new TestMetrics();
        MetricScope scope = metrics.scope();
        scope.counter("peeredge_test_things_total", "Things.", "kind", "a").add(2);
        scope.counter("peeredge_test_things_total", "Things.", "kind", "a").increment();
        scope.gauge("peeredge_test_size_bytes", "Size.", () -> 7);
        assertEquals(3, metrics.value("peeredge_test_things_total", "kind", "a"));
        assertEquals(7, metrics.value("peeredge_test_size_bytes"));
        assertEquals(2, metrics.collect().size());
        scope.close();
        assertEquals(0, metrics.size());
    }

    @Test
    void residueNamesAnOpenSocket() throws Exception {
        Residue residue = Residue.now();
        try (ServerSocket open = new ServerSocket(0)) {
            AssertionError left =
                    assertThrows(
                            AssertionError.class, () -> residue.assertBack(Duration.ofMillis(50)));
            assertTrue(String.valueOf(left.getMessage()).contains("socket"), left::toString);
            assertTrue(open.isBound());
        }
        residue.assertBack();
    }
}
