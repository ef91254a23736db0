// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Images;
import org.peeredge.dts.api.Replicas;
import org.peeredge.dts.api.Transfers;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.trust.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after copies while the node is a member of a mesh. */
@Component(immediate = true)
public final class ReplicasComponent implements Replicas {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicasComponent.class);
    private static final Duration FIRST = Duration.ofSeconds(10);

    private final Ledger ledger;
    private final Content content;
    private final Wishes wishes;
    private final Round round;
    private final Keeping keeping;
    private final Loop timer;
    private final ExecutorService workers;
    private final RandomGenerator random;
    private final MetricScope scope;

    /** Rounds and commands change wishes; one at a time. */
    private final ReentrantLock turn = new ReentrantLock();

    private final AtomicBoolean keepingRuns = new AtomicBoolean();
    private final AtomicBoolean keepingAgain = new AtomicBoolean();
    private volatile int missing;

    /** Starts; the first round follows soon. */
    @Activate
    public ReplicasComponent(
            @Reference ReplicaAnswers answers,
            @Reference Mesh mesh,
            @Reference Identity identity,
            @Reference ContentStore store,
            @Reference Transfers transfers,
            @Reference Images images,
            @Reference Clock clock,
            @Reference Threads threads,
            @Reference Metrics metrics) {
        ledger = answers.ledger();
        content = new StoreContent(store, transfers, images);
        round = new Round(ledger, mesh, identity, clock, answers.counters());
        wishes = new Wishes(ledger, content, identity, clock, round::spread);
        keeping = new Keeping(ledger, content, answers.counters());
        random = threads.random();
        scope = metrics.scope();
        scope.gauge(
                "peeredge_dts_replicas_missing",
                "Copies that this node looks after and that nobody keeps.",
                () -> missing);
        workers = threads.newVirtualPool(ReplicaSettings.PID, "work");
        timer = threads.newLoop(ReplicaSettings.PID, "timer");
        ledger.onNews(this::keepSoon);
        timer.schedule(shorter(FIRST, ledger.settings().check()), this::due);
    }

    /** Stops looking; what is kept stays kept. */
    @Deactivate
    public void deactivate() {
        ledger.onNews(() -> {});
        timer.close();
        workers.shutdownNow();
        scope.close();
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private void due() {
        workers.execute(this::look);
        // Not all at once after a power cut.
        double pause = ledger.settings().check().toMillis() * (0.8 + 0.4 * random.nextDouble());
        timer.schedule(Duration.ofMillis((long) pause), this::due);
    }

    private void look() {
        if (!turn.tryLock()) {
            return; // the round before is not over
        }
        try {
            wishes.followPublications();
            missing = round.run();
        } catch (IOException | PeerEdgeException e) {
            LOG.warn("Copies are not looked after for now: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("A look at copies failed; please report this", e);
        } finally {
            turn.unlock();
        }
        keepSoon();
    }

    /** Fetches and drops on a thread of its own: a large blob must not hold up the leases. */
    private void keepSoon() {
        keepingAgain.set(true);
        try {
            workers.execute(this::keep);
        } catch (RejectedExecutionException e) {
            LOG.trace("stopped", e);
        }
    }

    private void keep() {
        while (keepingAgain.get() && keepingRuns.compareAndSet(false, true)) {
            try {
                keepingAgain.set(false);
                keeping.run();
            } catch (RuntimeException e) {
                LOG.error("Keeping copies failed; please report this", e);
            } finally {
                keepingRuns.set(false);
            }
        }
    }

    @Override
    public List<ReplicaInfo> list() {
        return ReplicaList.of(ledger, content::has);
    }

    private interface Command {
        Change run() throws IOException;
    }

    private CompletionStage<Change> command(Command command) {
        CompletableFuture<Change> result = new CompletableFuture<>();
        workers.execute(() -> {
            turn.lock();
            try {
                result.complete(command.run());
            } catch (IOException e) {
                result.completeExceptionally(
                        new RetryLaterException("the store: " + e.getMessage(), e));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            } finally {
                turn.unlock();
            }
            look();
        });
        return result;
    }

    @Override
    public CompletionStage<Change> pin(String reference, int copies) {
        return command(() -> wishes.pin(reference, copies));
    }

    @Override
    public CompletionStage<Change> unpin(String reference) {
        return command(() -> wishes.unpin(reference));
    }
}
