// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes plans: the strategy runs on the worker thread, the control loop watches the clock. At the
 * deadline the built-in plan answers, whatever the strategy does; a strategy that is late counts a
 * failure when it returns, one that has not returned after the hang time is tripped off and its
 * thread given up, and one that leaves threads behind is tripped off too.
 */
final class Planner {
    private static final Logger LOG = LoggerFactory.getLogger(Planner.class);

    private final Clock clock;
    private final Loop control;
    private final RandomGenerator random;
    private final Workers workers;
    private final Selection selection;
    private final RoutingCounters counters;
    private final List<BiConsumer<String, String>> watchers = new CopyOnWriteArrayList<>();
    private final Set<PlanJob> open = ConcurrentHashMap.newKeySet();
    private volatile Settings settings;
    private volatile boolean closed;

    Planner(
            Clock clock,
            Loop control,
            RandomGenerator random,
            Workers workers,
            Selection selection,
            RoutingCounters counters,
            Settings settings) {
        this.clock = clock;
        this.control = control;
        this.random = random;
        this.workers = workers;
        this.selection = selection;
        this.counters = counters;
        this.settings = settings;
    }

    void settings(Settings changed) {
        settings = changed;
    }

    /** Tells {@code watcher} type and reason of every plan that a strategy fails to give. */
    Cancellable watch(BiConsumer<String, String> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** A plan, always and in time. */
    CompletionStage<Plan> plan(TransferView view) {
        PlanJob job = new PlanJob(view, selection.order(), false);
        submit(job, settings.planTimeout());
        return job.answer.minimalCompletionStage();
    }

    /**
     * What one strategy makes of one view; fails with {@code NeverException} when it throws, gives
     * a bad plan, or does not return in the hang time.
     */
    CompletionStage<Plan> probe(String type, TransferView view) {
        PlanJob job = new PlanJob(view, List.of(type), true);
        submit(job, settings.hangTimeout());
        return job.answer.minimalCompletionStage();
    }

    /** Answers whoever still waits; plans asked for later are the built-in one. */
    void close() {
        closed = true;
        workers.close();
        open.forEach(job -> expire(job, "routing stops"));
    }

    private void submit(PlanJob job, Duration deadline) {
        open.add(job);
        var _ = job.answer.whenComplete((plan, error) -> open.remove(job));
        if (closed) {
            expire(job, "routing stops");
            return;
        }
        if (!workers.run(() -> work(job))) {
            counters.refused.increment();
            expire(job, "routing's thread is not free");
            return;
        }
        Cancellable timer = control.schedule(deadline, () -> deadline(job));
        var _ = job.answer.whenComplete((plan, error) -> timer.cancel());
    }

    /** On the worker. */
    private void work(PlanJob job) {
        try {
            if (job.start(clock.nanos())) {
                make(job);
            }
        } finally {
            if (job.finish()) {
                LOG.info("Thread {} came back from its strategy", job.thread());
                workers.returned();
            }
        }
    }

    private void make(PlanJob job) {
        boolean first = true;
        for (String type : job.types) {
            Lease<RoutingStrategy> lease = selection.lease(type).orElse(null);
            if (lease != null && ask(job, lease, first)) {
                return;
            }
            first = false;
        }
        if (job.probe) {
            job.answer.completeExceptionally(
                    new NeverException(selection.whyNot(job.types.getFirst())));
        } else if (job.answer.complete(EvenPlan.of(job.view))) {
            counters.byEven.increment();
        }
    }

    /** Whether the strategy answered, or nobody waits any more. */
    // A plugin may throw anything; nothing of it may end this thread.
    @SuppressWarnings("CatchingUnchecked")
    private boolean ask(PlanJob job, Lease<RoutingStrategy> lease, boolean first) {
        long before = clock.nanos();
        job.running(lease);
        try (lease) {
            Plan made = Leaks.watched(lease.plugin(), job.view, random);
            PlanCheck.Checked checked = PlanCheck.check(made, job.view);
            long tookNanos = clock.nanos() - before;
            counters.dropped.add(checked.droppedShares());
            if (!job.probe) {
                judge(lease, tookNanos);
            }
            if (job.answer.complete(checked.plan()) && !job.probe) {
                (first ? counters.byStrategy : counters.byPrevious).increment();
            }
            return true;
        } catch (Leaks.LeakException e) {
            tripped(lease, String.valueOf(e.getMessage()), counters.leaked);
            return gaveNone(job, lease, e);
        } catch (Throwable e) {
            if (!job.probe) {
                (e instanceof PlanCheck.BadPlanException ? counters.invalid : counters.threw)
                        .increment();
                failed(lease, e);
            }
            return gaveNone(job, lease, e);
        } finally {
            job.running(null);
        }
    }

    /** No plan came of it: whether nobody waits any more. */
    private static boolean gaveNone(PlanJob job, Lease<RoutingStrategy> lease, Throwable error) {
        if (job.probe) {
            job.answer.completeExceptionally(
                    new NeverException(
                            "strategy '" + lease.type() + "' failed its check: " + error, error));
        }
        return job.answer.isDone();
    }

    private void judge(Lease<RoutingStrategy> lease, long tookNanos) {
        if (tookNanos <= settings.planTimeout().toNanos()) {
            lease.succeeded();
            return;
        }
        counters.late.increment();
        failed(
                lease,
                new IllegalStateException(
                        "a plan took "
                                + tookNanos / 1_000_000
                                + " ms, allowed are "
                                + settings.planTimeout().toMillis()));
    }

    private void failed(Lease<RoutingStrategy> lease, Throwable cause) {
        LOG.debug("Strategy {} failed to give a plan", lease.type(), cause);
        lease.failed(cause);
        watchers.forEach(w -> w.accept(lease.type(), cause.toString()));
    }

    /** On the control loop. */
    private void deadline(PlanJob job) {
        expire(job, "it did not answer in time");
        if (!job.started() || job.finished()) {
            return;
        }
        long heldNanos = clock.nanos() - job.startNanos();
        long leftNanos = Math.max(0, settings.hangTimeout().toNanos() - heldNanos);
        if (leftNanos > 0) {
            control.schedule(Duration.ofNanos(leftNanos), () -> hung(job));
        } else {
            hung(job);
        }
    }

    private void expire(PlanJob job, String why) {
        if (job.probe) {
            String type = job.types.getFirst();
            job.answer.completeExceptionally(
                    job.started()
                            ? new NeverException("strategy '" + type + "' failed its check: " + why)
                            : new RetryLaterException(
                                    "strategy '"
                                            + type
                                            + "' could not be checked: routing's thread is not"
                                            + " free; try again"));
        } else if (job.answer.complete(EvenPlan.of(job.view))) {
            counters.byEven.increment();
        }
    }

    /** On the control loop: the worker has been in the strategy for too long. */
    private void hung(PlanJob job) {
        Lease<RoutingStrategy> lease = job.running();
        if (lease == null || !job.abandon()) {
            return;
        }
        String reason =
                "did not return within "
                        + settings.hangTimeout().toMillis()
                        + " ms; thread "
                        + job.thread()
                        + " is given up";
        tripped(lease, reason, counters.hung);
        workers.replace();
    }

    /** At once: it does more harm each time that it is asked. */
    private void tripped(Lease<RoutingStrategy> lease, String reason, Counter counter) {
        counter.increment();
        lease.trip(reason);
        watchers.forEach(w -> w.accept(lease.type(), reason));
    }
}
