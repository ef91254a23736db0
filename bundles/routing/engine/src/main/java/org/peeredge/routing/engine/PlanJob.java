// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * One plan being made: what the worker that makes it and the loop that watches the deadline share.
 * The future decides who answers first; the rest is for the watcher to see who holds the thread.
 */
final class PlanJob {
    final TransferView view;
    final List<String> types;

    /** A probe has no fallback: it fails where a plan would go on with the next best. */
    final boolean probe;

    final CompletableFuture<Plan> answer = new CompletableFuture<>();

    private volatile boolean started;
    private volatile boolean finished;
    private volatile boolean abandoned;
    private volatile long startNanos;
    private volatile String thread = "";
    private volatile @Nullable Lease<RoutingStrategy> running;

    PlanJob(TransferView view, List<String> types, boolean probe) {
        this.view = view;
        this.types = types;
        this.probe = probe;
    }

    /**
     * Called by the worker before anything else.
     *
     * @return whether there is still somebody waiting for the plan
     */
    boolean start(long nowNanos) {
        thread = Thread.currentThread().getName();
        startNanos = nowNanos;
        started = true;
        // After started: whoever answers at the deadline either sees a started job or is seen here.
        return !answer.isDone();
    }

    void running(@Nullable Lease<RoutingStrategy> lease) {
        running = lease;
    }

    /**
     * Called by the worker at the end.
     *
     * @return whether the worker was given up meanwhile
     */
    synchronized boolean finish() {
        finished = true;
        return abandoned;
    }

    /**
     * Gives the worker up.
     *
     * @return false when it has finished after all
     */
    synchronized boolean abandon() {
        abandoned = !finished;
        return abandoned;
    }

    boolean started() {
        return started;
    }

    boolean finished() {
        return finished;
    }

    long startNanos() {
        return startNanos;
    }

    String thread() {
        return thread;
    }

    @Nullable Lease<RoutingStrategy> running() {
        return running;
    }
}
