// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;

/** {@link Transfers} over the runtime. */
final class EngineTransfers implements Transfers {
    private final EngineRuntime runtime;
    private final Availability availability;
    private final Loop loop;
    private final Executor workers;
    private final Clock clock;
    private final EngineLimits limits;

    EngineTransfers(
            EngineRuntime runtime,
            Availability availability,
            Loop loop,
            Executor workers,
            Clock clock,
            EngineLimits limits) {
        this.runtime = runtime;
        this.availability = availability;
        this.loop = loop;
        this.workers = workers;
        this.clock = clock;
        this.limits = limits;
    }

    @Override
    public CompletionStage<Content> open(FetchRequest request) {
        CompletableFuture<Content> result = new CompletableFuture<>();
        ContentStore store = runtime.blobs().store();
        if (!store.has(request.digest())) {
            loop.execute(() -> join(request, result));
            return result;
        }
        try {
            workers.execute(() -> {
                Optional<StoredBlob> blob = store.find(request.digest());
                if (blob.isPresent()) {
                    result.complete(new StoredContent(blob.get(), workers));
                } else {
                    // evicted between the two looks
                    loop.execute(() -> join(request, result));
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
        return result;
    }

    /** Joins the running transfer or starts one; on the loop. */
    private void join(FetchRequest request, CompletableFuture<Content> result) {
        Optional<Transfer> running = runtime.table().running(request.digest());
        if (running.isEmpty() && runtime.table().size() >= limits.maxTransfers()) {
            result.completeExceptionally(
                    new RetryLaterException(
                            limits.maxTransfers() + " transfers run already; try again later"));
            return;
        }
        Transfer transfer =
                running.orElseGet(() -> {
                    Transfer t = new Transfer(request.digest(), request.sizeBytes(), clock.nanos());
                    runtime.table().add(t);
                    return t;
                });
        runtime.post(new Event.Wanted(request.digest(), request.sizeBytes(), request.upstream()));
        runtime.hurry();
        var _ =
                transfer.opened
                        .copy()
                        .orTimeout(limits.openTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((size, error) -> {
                            if (error == null) {
                                result.complete(
                                        new Reading(transfer, runtime.blobs(), workers, loop));
                            } else if (error instanceof java.util.concurrent.TimeoutException) {
                                result.completeExceptionally(
                                        new RetryLaterException(
                                                "no source for "
                                                        + request.digest()
                                                        + " answered within "
                                                        + limits.openTimeout().toSeconds()
                                                        + " s"));
                            } else {
                                result.completeExceptionally(error);
                            }
                        });
    }

    @Override
    public CompletionStage<Void> publish(Digest digest) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        try {
            workers.execute(() -> {
                try {
                    publishNow(digest);
                    result.complete(null);
                } catch (IOException | RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(
                    new RetryLaterException("too much is waiting for the disk", e));
        }
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
        return availability.ask(digests);
    }

    @Override
    public List<TransferInfo> list() {
        CompletableFuture<List<TransferInfo>> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(runtime.table().list(clock.nanos())));
        return answer.completeOnTimeout(List.of(), 2, TimeUnit.SECONDS).join();
    }
}
