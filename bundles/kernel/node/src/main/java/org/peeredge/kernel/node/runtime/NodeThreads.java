// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.runtime;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes every thread of the node. */
@Component(immediate = true)
public final class NodeThreads implements Threads {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);
    private static final long IDLE_SECONDS = 10;

    /** The JDK's generator is per thread and seeded at start; only the handle is shared. */
    private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

    private final Clock clock;
    private final MetricScope scope;
    private final Counter failures;

    /** Counts failed tasks in {@code metrics}. */
    @Activate
    public NodeThreads(@Reference Clock clock, @Reference Metrics metrics) {
        this.clock = clock;
        scope = metrics.scope();
        failures =
                scope.counter(
                        "peeredge_kernel_node_task_failures_total",
                        "Tasks that threw out of a loop or a pool.");
    }

    @Deactivate
    void deactivate() {
        scope.close();
    }

    @Override
    public Loop newLoop(String bundle, String role) {
        return new TaskLoop(clock, failures, platform(bundle, role));
    }

    @Override
    public ExecutorService newPool(String bundle, String role, int max, int maxQueued) {
        if (max < 1 || maxQueued < 0) {
            throw new IllegalArgumentException("max " + max + ", maxQueued " + maxQueued);
        }
        String name = bundle + "-" + role;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        maxQueued == 0 ? 0 : max,
                        max,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        maxQueued == 0
                                ? new SynchronousQueue<>()
                                : new LinkedBlockingQueue<>(maxQueued),
                        platform(bundle, role),
                        (task, full) -> {
                            throw new RejectedExecutionException(
                                    "pool "
                                            + name
                                            + (full.isShutdown()
                                                    ? " is closed"
                                                    : " is full: "
                                                            + max
                                                            + " threads busy, "
                                                            + maxQueued
                                                            + " tasks queued"));
                        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public ExecutorService newVirtualPool(String bundle, String role) {
        return Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual()
                        .name(bundle + "-" + role + "-", 1)
                        .uncaughtExceptionHandler(this::uncaught)
                        .factory());
    }

    @Override
    public RandomGenerator random() {
        return RANDOM;
    }

    private ThreadFactory platform(String bundle, String role) {
        return Thread.ofPlatform()
                .daemon()
                .name(bundle + "-" + role + "-", 1)
                .uncaughtExceptionHandler(this::uncaught)
                .factory();
    }

    private void uncaught(Thread thread, Throwable failure) {
        failures.increment();
        LOG.error("A task on {} threw; report this as a defect", thread.getName(), failure);
    }
}
