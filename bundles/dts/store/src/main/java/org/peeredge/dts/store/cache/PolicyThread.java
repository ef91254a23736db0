// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.kernel.api.plugin.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that policies run on, with what they know. When a policy keeps it, both are given
 * up and a fresh one takes over, until too many are lost; then there is none until one comes back.
 */
final class PolicyThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyThread.class);

    private final Supplier<ExecutorService> factory;
    private volatile @Nullable Seat seat;
    private volatile int abandoned;
    private int maxAbandoned;
    private boolean closed;

    /** A policy that has the thread, and since when by the node's clock. */
    record Turn(Lease<CachePolicyProvider> lease, long sinceNanos) {}

    /** A thread and the policy that it holds. */
    static final class Seat {
        private final ExecutorService pool;
        private volatile boolean givenUp;

        /** Guarded by the {@link PolicyThread}: only a thread that works can be lost. */
        private boolean busy;

        @Nullable Running running;

        /** Whose code runs now, for whoever finds that it does not return. */
        volatile @Nullable Turn turn;

        Seat(ExecutorService pool) {
            this.pool = pool;
        }

        boolean givenUp() {
            return givenUp;
        }
    }

    PolicyThread(Supplier<ExecutorService> factory, int maxAbandoned) {
        this.factory = factory;
        this.maxAbandoned = maxAbandoned;
        this.seat = new Seat(factory.get());
    }

    synchronized void maxAbandoned(int max) {
        maxAbandoned = max;
        replace();
    }

    int abandoned() {
        return abandoned;
    }

    /** Work on the thread. */
    interface Work {
        void on(Seat seat);
    }

    /** Queues work; empty when there is no thread or its queue is full. */
    Optional<Seat> run(Work work) {
        Seat now = seat;
        if (now == null) {
            return Optional.empty();
        }
        try {
            now.pool.execute(() -> {
                if (!begin(now)) {
                    return;
                }
                try {
                    work.on(now);
                } finally {
                    end(now);
                }
            });
            return Optional.of(now);
        } catch (RejectedExecutionException e) {
            return Optional.empty();
        }
    }

    /**
     * Gives a thread up that does not return; what is queued for it is dropped.
     *
     * @param first done before a fresh thread can begin anything
     * @return false when it has returned after all, or was given up already
     */
    @SuppressWarnings("ReferenceEquality") // this very thread
    synchronized boolean giveUp(Seat held, Runnable first) {
        if (closed || seat != held || !held.busy) {
            return false;
        }
        first.run();
        abandoned++;
        held.givenUp = true;
        held.pool.shutdownNow();
        seat = null;
        replace();
        if (seat == null) {
            LOG.error(
                    "{} threads are held by cache policies that do not return; from now on the"
                            + " store drops what was not used for longest. Remove those policies'"
                            + " bundles and restart this node",
                    abandoned);
        }
        return true;
    }

    private synchronized void replace() {
        if (seat == null && !closed && abandoned <= maxAbandoned) {
            seat = new Seat(factory.get());
        }
    }

    private synchronized boolean begin(Seat held) {
        held.busy = !held.givenUp;
        return held.busy;
    }

    private synchronized void end(Seat held) {
        held.busy = false;
        if (held.givenUp && !closed) {
            held.running = null;
            abandoned--;
            replace();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        Seat now = seat;
        seat = null;
        if (now != null) {
            now.givenUp = true;
            now.pool.shutdownNow();
        }
    }
}
