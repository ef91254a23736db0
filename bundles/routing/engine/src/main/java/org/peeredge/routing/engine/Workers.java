// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that strategies run on, and what happens when one of them keeps it: a fresh one
 * takes over, until too many are lost; then there is none, and every plan is the built-in one,
 * until a lost thread comes back.
 */
final class Workers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private final Supplier<ExecutorService> factory;
    private volatile @Nullable ExecutorService pool;
    private volatile int abandoned;
    private int maxAbandoned;
    private boolean closed;

    /**
     * Starts with a fresh thread.
     *
     * @param factory makes a pool of one thread with a bounded queue
     */
    Workers(Supplier<ExecutorService> factory, int maxAbandoned) {
        this.factory = factory;
        this.maxAbandoned = maxAbandoned;
        this.pool = factory.get();
    }

    synchronized void maxAbandoned(int max) {
        maxAbandoned = max;
        startAgain();
    }

    int abandoned() {
        return abandoned;
    }

    /** Queues a task; false when the queue is full or no thread is left. */
    boolean run(Runnable task) {
        ExecutorService now = pool;
        if (now == null) {
            return false;
        }
        try {
            now.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Gives the thread up that runs now; tasks behind it go to a fresh one. */
    synchronized void replace() {
        ExecutorService held = pool;
        if (held == null || closed) {
            return;
        }
        abandoned++;
        pool = null;
        List<Runnable> waiting = held.shutdownNow();
        if (abandoned > maxAbandoned) {
            LOG.error(
                    "{} threads are held by strategies that do not return; from now on every plan"
                            + " is the built-in even one. Remove those strategies' bundles and"
                            + " restart this node",
                    abandoned);
            return;
        }
        pool = factory.get();
        waiting.forEach(this::run);
    }

    /** A thread that was given up has come back and ended. */
    synchronized void returned() {
        abandoned--;
        startAgain();
    }

    private synchronized void startAgain() {
        if (pool == null && !closed && abandoned <= maxAbandoned) {
            pool = factory.get();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        ExecutorService held = pool;
        pool = null;
        if (held != null) {
            held.shutdownNow();
        }
    }
}
