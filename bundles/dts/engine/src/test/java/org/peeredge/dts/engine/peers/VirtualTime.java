// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.Threads;

/**
 * One queue of tasks in virtual time for all loops and pools of a test: nothing waits, all is in
 * order.
 */
final class VirtualTime implements Clock, Threads {
    private record Task(long at, long number, Runnable what) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>((a, b) ->
                    a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.number, b.number));
    private final RandomGenerator random;
    private long now = -5_000_000_000L; // negative: nobody may take it for a point in time
    private long number;

    VirtualTime(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    Cancellable at(Duration delay, Runnable what) {
        Task task = new Task(now + delay.toNanos(), number++, what);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    /** Runs everything that is due within {@code span}. */
    void run(Duration span) {
        long end = now + span.toNanos();
        while (!tasks.isEmpty() && tasks.peek().at <= end) {
            step();
        }
        now = end;
    }

    /** Runs until {@code done}, at most for {@code limit}; whether it came true. */
    boolean runUntil(Duration limit, BooleanSupplier done) {
        long end = now + limit.toNanos();
        while (!done.getAsBoolean()) {
            if (tasks.isEmpty() || tasks.peek().at > end) {
                return false;
            }
            step();
        }
        return true;
    }

    private void step() {
        Task task = tasks.poll();
        now = Math.max(now, task.at);
        task.what.run();
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusSeconds(1_800_000_000L).plusNanos(now);
    }

    @Override
    public Loop newLoop(String bundle, String role) {
        return new Loop() {
            @Override
            public Cancellable schedule(Duration delay, Runnable task) {
                return at(delay, task);
            }

            @Override
            public boolean inLoop() {
                return true;
            }

            @Override
            public void close() {}

            @Override
            public void execute(Runnable task) {
                at(Duration.ZERO, task);
            }
        };
    }

    @Override
    public ExecutorService newPool(String bundle, String role, int max, int maxQueued) {
        return newVirtualPool(bundle, role);
    }

    @Override
    public ExecutorService newVirtualPool(String bundle, String role) {
        return new AbstractExecutorService() {
            private boolean over;

            @Override
            public void shutdown() {
                over = true;
            }

            @Override
            public List<Runnable> shutdownNow() {
                over = true;
                return new ArrayList<>();
            }

            @Override
            public boolean isShutdown() {
                return over;
            }

            @Override
            public boolean isTerminated() {
                return over;
            }

            @Override
            public boolean awaitTermination(long timeout, TimeUnit unit) {
                return true;
            }

            @Override
            public void execute(Runnable command) {
                at(Duration.ZERO, command);
            }
        };
    }

    @Override
    public RandomGenerator random() {
        return random;
    }
}
