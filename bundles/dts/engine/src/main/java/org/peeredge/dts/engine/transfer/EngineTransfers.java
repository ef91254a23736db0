// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.engine.peers.Finding;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;

/** {@link Transfers} over the runtime. */
final class EngineTransfers implements Transfers {
    /** The longest search of {@link Finding}. */
    private static final Duration SEARCH = Duration.ofSeconds(6);

    /** A blob that the upstream has is not kept waiting for members for longer. */
    private static final Duration UPSTREAM_WAITS = Duration.ofMillis(400);

    /** For a holder that was found to be asked and to answer. */
    private static final Duration ANSWER = Duration.ofSeconds(1);

    private static final Duration AVAILABLE_SEARCH = Duration.ofMillis(1500);
    private static final int MAX_SEARCHES = 64;

    private final EngineRuntime runtime;
    private final Availability availability;
    private final Finding finding;
    private final Loop loop;
    private final Executor workers;
    private final Clock clock;
    private final EngineLimits limits;

    EngineTransfers(
            EngineRuntime runtime,
            Availability availability,
            Finding finding,
            Loop loop,
            Executor workers,
            Clock clock,
            EngineLimits limits) {
        this.runtime = runtime;
        this.availability = availability;
        this.finding = finding;
        this.loop = loop;
        this.workers = workers;
        this.clock = clock;
        this.limits = limits;
    }

    @Override
    public CompletionStage<Content> open(FetchRequest request) {
        CompletableFuture<Content> result = new CompletableFuture<>();
        if (runtime.blobs().store().has(request.digest())) {
            fromStore(request, result);
        } else {
            onLoop(() -> join(request, result), result);
        }
        return result;
    }

    private void fromStore(FetchRequest request, CompletableFuture<Content> result) {
        work(
                result,
                () -> {
                    Optional<StoredBlob> blob = runtime.blobs().store().find(request.digest());
                    if (blob.isPresent()) {
                        result.complete(new StoredContent(blob.get(), workers));
                    } else {
                        // evicted between the two looks
                        onLoop(() -> join(request, result), result);
                    }
                });
    }

    /** Joins the running transfer or starts one; on the loop. */
    private void join(FetchRequest request, CompletableFuture<Content> result) {
        if (runtime.blobs().store().has(request.digest())) {
            fromStore(request, result); // it has come since
            return;
        }
        Optional<Transfer> running = runtime.table().running(request.digest());
        if (running.isEmpty() && runtime.table().size() >= limits.maxTransfers()) {
            result.completeExceptionally(
                    new RetryLaterException(
                            limits.maxTransfers() + " transfers run already; try again later"));
            return;
        }
        Transfer transfer = running.orElseGet(() -> begin(request));
        boolean background = request.urgency() == FetchRequest.Urgency.BACKGROUND;
        runtime.post(
                new Event.Wanted(
                        request.digest(), request.sizeBytes(), request.upstream(), background));
        if (running.isEmpty()) {
            search(request);
        }
        Cancellable deadline =
                loop.schedule(
                        limits.openTimeout(),
                        () -> result.completeExceptionally(noSource(request.digest())));
        var _ =
                transfer.opened.whenComplete((size, error) -> {
                    deadline.cancel();
                    if (error == null) {
                        result.complete(new Reading(transfer, runtime.blobs(), workers, loop));
                    } else {
                        result.completeExceptionally(error);
                    }
                });
    }

    /** Members that are not connected may hold it: they are looked for while others are asked. */
    private void search(FetchRequest request) {
        Digest digest = request.digest();
        Duration wait = request.upstream().isPresent() ? UPSTREAM_WAITS : SEARCH;
        runtime.post(new Event.Searched(digest, wait.toNanos()));
        finding.find(digest)
                .whenComplete((found, _) -> {
                    boolean none = found == null || found.holders().isEmpty();
                    runtime.submit(new Event.Searched(digest, none ? 0 : ANSWER.toNanos()));
                });
    }

    private Transfer begin(FetchRequest request) {
        // The store does not tell what it evicts: the swarm may still believe that it holds it.
        runtime.post(new Event.Gone(request.digest()));
        Transfer transfer = new Transfer(request.digest(), request.sizeBytes(), clock.nanos());
        runtime.table().add(transfer);
        return transfer;
    }

    private RetryLaterException noSource(Digest digest) {
        return new RetryLaterException(
                "no source for "
                        + digest
                        + " answered within "
                        + limits.openTimeout().toSeconds()
                        + " s");
    }

    private void onLoop(Runnable task, CompletableFuture<?> result) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new RetryLaterException("the engine is stopping", e));
        }
    }

    /** Something that blocks on disk. */
    private interface Blocking {
        void run() throws IOException;
    }

    /** Runs {@code task} on a worker; {@code result} fails when it throws or finds no place. */
    private void work(CompletableFuture<?> result, Blocking task) {
        try {
            workers.execute(() -> {
                try {
                    task.run();
                } catch (IOException | RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
    }

    @Override
    public CompletionStage<Void> publish(Digest digest) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        work(
                result,
                () -> {
                    publishNow(digest);
                    result.complete(null);
                });
        return result;
    }

    private void publishNow(Digest digest) throws IOException {
        if (runtime.maps().load(digest).isEmpty()) {
            throw new NeverException("the store has no blob " + digest);
        }
        try (StoredBlob blob =
                runtime.blobs()
                        .store()
                        .find(digest)
                        .orElseThrow(() -> new NeverException("the store has no blob " + digest))) {
            runtime.submit(new Event.Held(digest, blob.info().sizeBytes(), blob.info().confined()));
        }
    }

    @Override
    public CompletionStage<Set<Digest>> available(Set<Digest> digests) {
        return availability
                .ask(digests)
                .thenCompose(found -> {
                    Set<Digest> missing = new HashSet<>(digests);
                    missing.removeAll(found);
                    return missing.isEmpty() || missing.size() > MAX_SEARCHES
                            ? CompletableFuture.completedStage(found)
                            : afterSearch(missing, found);
                });
    }

    /** Looks for holders that are not connected, and asks them. */
    private CompletionStage<Set<Digest>> afterSearch(Set<Digest> missing, Set<Digest> found) {
        Set<Digest> again = ConcurrentHashMap.newKeySet();
        List<CompletableFuture<?>> searches = new ArrayList<>();
        for (Digest digest : missing) {
            searches.add(
                    finding.find(digest)
                            .thenAccept(r -> {
                                if (!r.holders().isEmpty()) {
                                    again.add(digest);
                                }
                            })
                            .toCompletableFuture());
        }
        return CompletableFuture.allOf(searches.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, AVAILABLE_SEARCH.toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(_ -> availability.ask(Set.copyOf(again)))
                .thenApply(more -> {
                    Set<Digest> all = new HashSet<>(found);
                    all.addAll(more);
                    return all;
                });
    }

    @Override
    public List<TransferInfo> list() {
        return runtime.table().list(clock.nanos());
    }
}
