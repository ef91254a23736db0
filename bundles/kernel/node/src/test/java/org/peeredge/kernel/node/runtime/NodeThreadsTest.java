// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.node.metrics.NodeMetrics;

@Timeout(20)
class NodeThreadsTest {
    private final NodeMetrics metrics = new NodeMetrics();
    private final NodeThreads threads = new NodeThreads(new SystemClock(), metrics);
    private final Loop loop = threads.newLoop("org.peeredge.test", "loop");

    @AfterEach
    void close() {
        loop.close();
        threads.deactivate();
        assertEquals(List.of(), metrics.collect());
    }

    @Test
    void runsTasksInOrderOnOneNamedThread() throws Exception {
        LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
        for (int i = 0; i < 3; i++) {
            int n = i;
            loop.execute(() ->
                    seen.add(n + " " + Thread.currentThread().getName() + " " + loop.inLoop()));
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(i + " org.peeredge.test-loop-1 true", seen.poll(10, TimeUnit.SECONDS));
        }
        assertFalse(loop.inLoop());
    }

    @Test
    void keepsTheOrderOfEachOfManyAdders() throws Exception {
        int adders = 4;
        int each = 20_000;
        int[] last = new int[adders];
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(adders * each);
        List<Thread> all = new ArrayList<>();
        for (int a = 0; a < adders; a++) {
            int adder = a;
            all.add(
                    Thread.ofPlatform()
                            .start(() ->
                                    IntStream.rangeClosed(1, each)
                                            .forEach(n ->
                                                    loop.execute(() -> {
                                                        if (++last[adder] != n) {
                                                            wrong.incrementAndGet();
                                                        }
                                                        done.countDown();
                                                    }))));
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertTrue(done.await(10, TimeUnit.SECONDS));
        assertEquals(0, wrong.get());
    }

    @Test
    void timersRunWhenDueAndCancelledOnesNever() throws Exception {
        LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
        loop.schedule(Duration.ofMillis(40), () -> seen.add("late"));
        loop.schedule(Duration.ofMillis(5), () -> seen.add("soon"));
        Cancellable never = loop.schedule(Duration.ofMillis(10), () -> seen.add("never"));
        never.cancel();
        never.cancel();
        loop.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> seen.add("in ages"));
        assertEquals("soon", seen.poll(10, TimeUnit.SECONDS));
        assertEquals("late", seen.poll(10, TimeUnit.SECONDS));
        assertTrue(seen.isEmpty());
        assertThrows(
                IllegalArgumentException.class,
                () -> loop.schedule(Duration.ofMillis(-1), () -> {}));
    }

    @Test
    void timersOfOneInstantKeepTheirOrder() throws Exception {
        LinkedBlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
        loop.execute(() ->
                IntStream.range(0, 500)
                        .mapToObj(i -> loop.schedule(Duration.ofMillis(1), () -> seen.add(i)))
                        .filter(t -> false)
                        .forEach(Cancellable::cancel));
        for (int i = 0; i < 500; i++) {
            assertEquals(i, seen.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void goesOnAfterATaskThatThrowsAndCountsIt() throws Exception {
        CountDownLatch after = new CountDownLatch(1);
        loop.execute(() -> {
            throw new IllegalStateException("thrown by a test");
        });
        loop.execute(after::countDown);
        assertTrue(after.await(10, TimeUnit.SECONDS));
        assertEquals(1.0, metrics.collect().getFirst().values().getFirst().value());
    }

    @Test
    void closeRunsWhatIsQueuedDropsTimersAndRefusesMore() {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger ran = new AtomicInteger();
        loop.execute(() -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        for (int i = 0; i < 1000; i++) {
            loop.execute(ran::incrementAndGet);
        }
        loop.schedule(Duration.ofMillis(0), () -> ran.addAndGet(1_000_000));
        Thread closer = Thread.ofPlatform().start(loop::close);
        go.countDown();
        loop.close();
        assertTrue(ran.get() >= 1000, () -> "ran " + ran.get());
        assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
        assertThrows(
                RejectedExecutionException.class, () -> loop.schedule(Duration.ZERO, () -> {}));
        assertFalse(closer.isDaemon());
    }

    @Test
    void aLoopMayCloseItself() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        loop.execute(() -> {
            loop.close();
            closed.countDown();
        });
        assertTrue(closed.await(10, TimeUnit.SECONDS));
    }

    @Test
    void aPoolIsBoundedAndSaysSo() throws Exception {
        ExecutorService pool = threads.newPool("org.peeredge.test", "pool", 2, 1);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<String>> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            running.add(
                    pool.submit(() -> {
                        go.await();
                        return Thread.currentThread().getName();
                    }));
        }
        RejectedExecutionException full =
                assertThrows(RejectedExecutionException.class, () -> pool.submit(() -> "no"));
        assertEquals(
                "pool org.peeredge.test-pool is full: 2 threads busy, 1 tasks queued",
                full.getMessage());
        go.countDown();
        assertEquals("org.peeredge.test-pool-1", running.get(0).get());
        assertEquals("org.peeredge.test-pool-2", running.get(1).get());
        running.get(2).get();
        pool.close();
    }

    @Test
    void virtualThreadsAreNamed() throws Exception {
        try (ExecutorService pool = threads.newVirtualPool("org.peeredge.test", "io")) {
            assertEquals(
                    "org.peeredge.test-io-1 true",
                    pool.submit(() ->
                                    Thread.currentThread().getName()
                                            + " "
                                            + Thread.currentThread().isVirtual())
                            .get());
        }
    }

    @Test
    void randomnessDiffersFromCallToCall() {
        assertEquals(100, threads.random().longs(100).distinct().count());
    }
}
