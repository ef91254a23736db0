// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;

/** A pool and a loop whose tasks run when the test says so, on its thread. */
final class ByHand {
    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Runnable> timers = new ArrayList<>();

    /** Runs what waits for a thread, and what follows from it. */
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Fires every timer that is set now. */
    void fire() {
        List<Runnable> now = List.copyOf(timers);
        timers.clear();
        now.forEach(Runnable::run);
    }

    /** Timers that are set. */
    int timers() {
        return timers.size();
    }

    Loop loop() {
        return new OneLoop();
    }

    /** Codecs' threads, {@code max} at once, that run in {@link #run}. */
    CodecThreads codecs(int max) {
        return new CodecThreads(
                new Pool(),
                new OneLoop(),
                new CodecThreads.Settings(max, 2, Duration.ofSeconds(1)));
    }

    private final class Pool extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    private final class OneLoop implements Loop {
        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            timers.add(task);
            return () -> timers.remove(task);
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void close() {}
    }
}
