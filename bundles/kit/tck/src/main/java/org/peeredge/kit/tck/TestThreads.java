// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real threads for tests, named as in a node. {@link #failures} holds what tasks of loops threw, so
 * that a test can assert that nothing did.
 */
public final class TestThreads implements Threads, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TestThreads.class);

    private final List<ExecutorService> made = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final RandomGenerator random;
    private final AtomicInteger numbers = new AtomicInteger();

    /**
     * Threads whose {@link #random} starts from {@code seed}.
     *
     * @param seed print it where a test's course depends on it
     */
    public TestThreads(long seed) {
        random = new LockedRandom(new SplittableRandom(seed));
    }

    @Override
    public Loop newLoop(String bundle, String role) {
        return new TestLoop(keep(new LoopExecutor(names(bundle, role))));
    }

    @Override
    public ExecutorService newPool(String bundle, String role, int max, int maxQueued) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        max,
                        max,
                        5,
                        TimeUnit.SECONDS,
                        maxQueued == 0
                                ? new SynchronousQueue<>()
                                : new LinkedBlockingQueue<>(maxQueued),
                        names(bundle, role));
        pool.allowCoreThreadTimeOut(true);
        return keep(pool);
    }

    @Override
    public ExecutorService newVirtualPool(String bundle, String role) {
        return keep(
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name(bundle + "-" + role + "-", 1).factory()));
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    /** What tasks of loops threw so far. */
    public List<Throwable> failures() {
        synchronized (failures) {
            return List.copyOf(failures);
        }
    }

    /** Ends every thread made here that its user forgot, and waits for it (at most 5 s each). */
    @Override
    public void close() {
        List<ExecutorService> all;
        synchronized (made) {
            all = List.copyOf(made);
            made.clear();
        }
        for (ExecutorService executor : all) {
            executor.shutdownNow();
        }
        for (ExecutorService executor : all) {
            await(executor);
        }
    }

    private <E extends ExecutorService> E keep(E executor) {
        synchronized (made) {
            made.removeIf(ExecutorService::isTerminated);
            made.add(executor);
        }
        return executor;
    }

    private ThreadFactory names(String bundle, String role) {
        return task ->
                Thread.ofPlatform()
                        .daemon()
                        .name(bundle + "-" + role + "-" + numbers.incrementAndGet())
                        .unstarted(task);
    }

    private static void await(ExecutorService executor) {
        boolean interrupted = false;
        try {
            if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
                throw new IllegalStateException("threads did not end within 5 s: " + executor);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void failed(Throwable thrown) {
        LOG.warn("a loop's task threw", thrown);
        synchronized (failures) {
            failures.add(thrown);
        }
    }

    /** The executor below a loop: timers are dropped at shutdown, queued tasks are not. */
    private static final class LoopExecutor extends ScheduledThreadPoolExecutor {
        LoopExecutor(ThreadFactory names) {
            super(1, names);
            setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
            setRemoveOnCancelPolicy(true);
        }
    }

    private final class TestLoop implements Loop {
        private final LoopExecutor executor;
        private final LinkedBlockingQueue<Runnable> ready = new LinkedBlockingQueue<>();
        private volatile Thread thread = Thread.currentThread();

        TestLoop(LoopExecutor executor) {
            this.executor = executor;
            // The loop's thread is known before the first task of its user runs.
            Future<?> started = executor.submit(() -> thread = Thread.currentThread());
            try {
                started.get(5, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException("the loop did not start", e);
            }
        }

        @Override
        public void execute(Runnable task) {
            if (executor.isShutdown()) {
                throw new RejectedExecutionException("the loop is closed");
            }
            ready.add(task);
            try {
                executor.execute(this::runReady);
            } catch (RejectedExecutionException e) {
                if (ready.remove(task)) {
                    throw e;
                }
            }
        }

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            Future<?> timer =
                    executor.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> timer.cancel(false);
        }

        @Override
        public boolean inLoop() {
            return thread.equals(Thread.currentThread());
        }

        @Override
        public void close() {
            // A scheduled executor drops what it holds at shutdown; queued tasks run first.
            if (!executor.isShutdown()) {
                try {
                    executor.execute(this::runReady);
                } catch (RejectedExecutionException e) {
                    LOG.debug("closed twice at once", e);
                }
            }
            if (inLoop()) {
                runReady();
                executor.shutdown();
                return;
            }
            try {
                executor.submit(this::runReady).get(5, TimeUnit.SECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("already closed", e);
            } catch (Exception e) {
                throw new IllegalStateException("the loop is stuck in a task", e);
            }
            executor.shutdown();
            await(executor);
        }

        private void runReady() {
            for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
                run(task);
            }
        }

        private void run(Runnable task) {
            try {
                task.run();
            } catch (Throwable t) {
                failed(t);
            }
        }
    }

    /** A seeded generator for many threads. */
    private record LockedRandom(RandomGenerator inner) implements RandomGenerator {
        @Override
        public long nextLong() {
            synchronized (inner) {
                return inner.nextLong();
            }
        }
    }
}
