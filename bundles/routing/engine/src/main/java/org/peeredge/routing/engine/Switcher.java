// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.routing.api.Routing.Change;
import org.peeredge.routing.api.strategy.TransferView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the strategy: probe, switch, watch, remember; back to the one before when anything of
 * that goes wrong. One change at a time. It is remembered last, so a node that dies half way starts
 * with the old strategy.
 */
final class Switcher {
    private static final Logger LOG = LoggerFactory.getLogger(Switcher.class);

    private final Loop control;
    private final Executor disk;
    private final Planner planner;
    private final Selection selection;
    private final ChoiceStore store;
    private final AtomicBoolean busy = new AtomicBoolean();

    /** Choices of ours on their way through Config Admin, oldest first; they are no news to us. */
    private final Deque<String> written = new ArrayDeque<>();

    Switcher(Loop control, Executor disk, Planner planner, Selection selection, ChoiceStore store) {
        this.control = control;
        this.disk = disk;
        this.planner = planner;
        this.selection = selection;
        this.store = store;
    }

    /** Where the choice is remembered; may block on disk. */
    interface ChoiceStore {
        void save(String type) throws IOException;
    }

    /**
     * Puts {@code type} in force.
     *
     * @param watch how long no plan of it may fail before it is kept; zero for the probe alone
     * @param switched called when the probe has passed and it makes the plans
     * @return fails with {@code NeverException} when it is missing or unhealthy, {@code
     *     RetryLaterException} when another change is going on or it cannot be remembered; what was
     *     is then what is
     */
    CompletionStage<Change> use(String type, Duration watch, Runnable switched) {
        if (!PluginSlots.validType(type)) {
            return CompletableFuture.failedFuture(
                    new NeverException("strategy '" + type + "' " + PluginSlots.TYPE_RULE));
        }
        if (!busy.compareAndSet(false, true)) {
            return CompletableFuture.failedFuture(
                    new RetryLaterException(
                            "another change of the strategy is going on here: try again when it is"
                                    + " done"));
        }
        return probeAll(type)
                .thenComposeAsync(probed -> switchTo(type, watch, switched), control)
                .whenComplete((change, error) -> busy.set(false));
    }

    /** The configuration says {@code type}: the operator's word, unless we wrote it ourselves. */
    void configured(String type) {
        synchronized (written) {
            if (written.contains(type)) {
                while (!written.removeFirst().equals(type)) {
                    // older choices of ours, which Config Admin left out
                }
                return;
            }
            written.clear();
        }
        Selection.Choice now = selection.choice();
        if (!now.wanted().equals(type)) {
            selection.choose(now.next(type));
            if (!selection.inForce().equals(type)) {
                LOG.warn("Strategy {} is configured, but {}", type, selection.whyNot(type));
            }
        }
    }

    private CompletionStage<Void> probeAll(String type) {
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (TransferView view : ProbeViews.all()) {
            all = all.thenCompose(done -> planner.probe(type, view)).thenApply(plan -> null);
        }
        return all;
    }

    /** On the control loop. */
    private CompletionStage<Change> switchTo(String type, Duration watch, Runnable switched) {
        Selection.Choice before = selection.choice();
        String was = selection.inForce();
        Selection.Choice after = before.next(type);
        selection.choose(after);
        switched.run();
        return watch(type, watch)
                .thenCompose(healthy -> watch.isZero() ? done() : probeAll(type))
                .thenApplyAsync(probed -> keep(type, was), disk)
                .exceptionallyComposeAsync(
                        error -> {
                            if (selection.choice().equals(after)) {
                                selection.choose(before);
                            }
                            return CompletableFuture.failedFuture(Failures.cause(error));
                        },
                        control);
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private CompletionStage<Void> watch(String type, Duration watch) {
        if (watch.isZero()) {
            return done();
        }
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        Cancellable failures =
                planner.watch((failed, reason) -> {
                    if (failed.equals(type)) {
                        outcome.completeExceptionally(
                                new NeverException(
                                        "strategy '"
                                                + type
                                                + "' failed a plan while it was watched: "
                                                + reason));
                    }
                });
        Cancellable timer = control.schedule(watch, () -> outcome.complete(null));
        return outcome.whenComplete((healthy, error) -> {
            failures.cancel();
            timer.cancel();
        });
    }

    /** On a thread that may block. */
    private Change keep(String type, String was) {
        String now = selection.inForce();
        if (!selection.choice().wanted().equals(type)) {
            throw new NeverException(
                    "the configuration chose '" + selection.choice().wanted() + "' meanwhile");
        }
        if (!now.equals(type)) {
            throw new NeverException(selection.whyNot(type));
        }
        synchronized (written) {
            written.addLast(type);
        }
        try {
            store.save(type);
        } catch (IOException | RuntimeException e) {
            synchronized (written) {
                written.removeLastOccurrence(type);
            }
            throw new RetryLaterException(
                    "the choice of strategy '"
                            + type
                            + "' could not be remembered ("
                            + e.getMessage()
                            + "): look at the disk of this node's configuration, then try again",
                    e);
        }
        return new Change(was, now);
    }
}
