// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.runtime;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread, a queue that any thread may add to, and a heap of timers that only the
 * loop's thread touches.
 *
 * <p>Waking: the loop announces that it parks, then looks at the queue once more; an adder adds,
 * then looks at the announcement. One of the two sees the other.
 */
final class TaskLoop implements Loop {
    /** Beyond this many waiting tasks something is broken; refusing beats running out of memory. */
    static final int MAX_QUEUED = 1_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(TaskLoop.class);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    /** A due timer waits for at most this many queued tasks. */
    private static final int BATCH = 256;

    private static final long MAX_DELAY_NANOS = Long.MAX_VALUE / 4;

    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Clock clock;
    private final Counter failures;
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean closing;
    private volatile boolean ended;
    private long timersMade;

    TaskLoop(Clock clock, Counter failures, ThreadFactory factory) {
        this.clock = clock;
        this.failures = failures;
        this.thread = factory.newThread(this::run);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        if (closing) {
            throw refused("is closed");
        }
        if (queued.incrementAndGet() > MAX_QUEUED) {
            queued.decrementAndGet();
            throw refused("has " + MAX_QUEUED + " tasks waiting");
        }
        queue.add(task);
        if (ended && queue.remove(task)) {
            throw refused("is closed");
        }
        wake();
    }

    @Override
    public Cancellable schedule(Duration delay, Runnable task) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay " + delay);
        }
        long nanos =
                delay.compareTo(Duration.ofNanos(MAX_DELAY_NANOS)) > 0
                        ? MAX_DELAY_NANOS
                        : delay.toNanos();
        Timer timer = new Timer(clock.nanos() + nanos, task);
        if (inLoop()) {
            if (closing) {
                timer.take(); // dropped like the other timers
            } else {
                add(timer);
            }
        } else {
            execute(() -> add(timer));
        }
        return timer;
    }

    @Override
    public boolean inLoop() {
        return thread.equals(Thread.currentThread());
    }

    @Override
    public void close() {
        closing = true;
        wake();
        if (inLoop()) {
            return;
        }
        try {
            if (!thread.join(CLOSE_WAIT)) {
                LOG.error(
                        "The loop {} did not end within {} s; a task blocks it at {}",
                        thread.getName(),
                        CLOSE_WAIT.toSeconds(),
                        String.join(" < ", where(thread)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing) {
            runDueTimers();
            if (!runQueued(BATCH)) {
                park();
            }
        }
        while (runQueued(BATCH)) {}
        timers.clear();
        ended = true;
        while (runQueued(BATCH)) {} // what came in between the last look and the flag
    }

    private boolean runQueued(int max) {
        for (int i = 0; i < max; i++) {
            Runnable task = queue.poll();
            if (task == null) {
                return i > 0;
            }
            queued.decrementAndGet();
            runOne(task);
        }
        return true;
    }

    private void runDueTimers() {
        for (int i = 0; i < BATCH && !closing; i++) {
            Timer next = timers.peek();
            if (next == null || next.deadlineNanos - clock.nanos() > 0) {
                return;
            }
            timers.poll();
            Runnable task = next.take();
            if (task == null) {
                cancelled.decrementAndGet();
            } else {
                runOne(task);
            }
        }
    }

    private void runOne(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            failures.increment();
            LOG.error("A task on {} threw; report this as a defect", thread.getName(), e);
        }
    }

    private void park() {
        parked = true;
        try {
            if (!queue.isEmpty() || closing) {
                return;
            }
            Timer next = timers.peek();
            if (next == null) {
                LockSupport.park(this);
            } else {
                long wait = next.deadlineNanos - clock.nanos();
                if (wait > 0) {
                    LockSupport.parkNanos(this, wait);
                }
            }
            // A task may have left the interrupt flag up; parking would then spin.
            Thread.interrupted();
        } finally {
            parked = false;
        }
    }

    private void wake() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    private void add(Timer timer) {
        timer.number = timersMade++;
        timers.add(timer);
        // Cancelled timers stay in the heap until due; sweep when they are most of it.
        if (timers.size() > 64 && cancelled.get() > timers.size() / 2) {
            int before = timers.size();
            timers.removeIf(Timer::taken);
            cancelled.addAndGet(timers.size() - before);
        }
    }

    private RejectedExecutionException refused(String why) {
        return new RejectedExecutionException("loop " + thread.getName() + " " + why);
    }

    private static String[] where(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        String[] frames = new String[Math.min(8, stack.length)];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = stack[i].toString();
        }
        return frames;
    }

    private final class Timer implements Cancellable, Comparable<Timer> {
        private final long deadlineNanos;
        private @Nullable Runnable task;
        private long number;

        Timer(long deadlineNanos, Runnable task) {
            this.deadlineNanos = deadlineNanos;
            this.task = task;
        }

        synchronized @Nullable Runnable take() {
            Runnable taken = task;
            task = null;
            return taken;
        }

        synchronized boolean taken() {
            return task == null;
        }

        @Override
        public void cancel() {
            if (take() != null) {
                cancelled.incrementAndGet();
            }
        }

        @Override
        public int compareTo(Timer other) {
            int byTime = Long.signum(deadlineNanos - other.deadlineNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
