// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NeverException;

/**
 * Reads blobs from upstream into the store, one virtual thread each, from the first missing piece
 * on. The swarm starts and stops them; each tells it what came.
 */
final class UpstreamFetches {
    private static final Duration STORE_PATIENCE = Duration.ofSeconds(60);

    private static final class Run {
        final AtomicBoolean stopped = new AtomicBoolean();
        volatile Optional<Upstream.Body> body = Optional.empty();
        volatile Optional<Future<?>> task = Optional.empty();

        /** Completed on the loop once the swarm knows that the store has opened the blob. */
        final CompletableFuture<PartialBlob> opened = new CompletableFuture<>();

        /** Completed on the loop when the next piece may be read; a new one for each. */
        volatile CompletableFuture<Void> turn = new CompletableFuture<>();
    }

    private final Supplier<Optional<Upstream>> upstream;
    private final Blobs blobs;
    private final ExecutorService threads;
    private final Executor loop;
    private final Consumer<Event> events;
    private final LongConsumer receivedBytes;
    private final Map<Digest, Run> runs = new ConcurrentHashMap<>();

    /**
     * None yet.
     *
     * @param events takes events, on the loop
     */
    UpstreamFetches(
            Supplier<Optional<Upstream>> upstream,
            Blobs blobs,
            ExecutorService threads,
            Executor loop,
            Consumer<Event> events,
            LongConsumer receivedBytes) {
        this.upstream = upstream;
        this.blobs = blobs;
        this.threads = threads;
        this.loop = loop;
        this.events = events;
        this.receivedBytes = receivedBytes;
    }

    /** Whether this node can fetch from there. */
    boolean serves(UpstreamRef ref) {
        return upstream.get().map(u -> u.serves(ref)).orElse(false);
    }

    /**
     * Begins; a second start of the same blob is ignored. On the loop.
     *
     * @param forMembers whether nobody on this node waits for it
     * @param openBlob the blob when the swarm has been told that it is open
     */
    void start(Digest digest, UpstreamRef ref, boolean forMembers, Optional<PartialBlob> openBlob) {
        Run run = new Run();
        if (runs.putIfAbsent(digest, run) != null) {
            return;
        }
        openBlob.ifPresent(run.opened::complete);
        try {
            run.task = Optional.of(threads.submit(() -> fetch(digest, ref, forMembers, run)));
        } catch (RejectedExecutionException e) {
            runs.remove(digest, run);
            events.accept(new Event.UpstreamFailed(digest, "the engine is stopping", false));
        }
    }

    /** The swarm has been told that the store opened a blob. On the loop. */
    void opened(Digest digest, PartialBlob blob) {
        Run run = runs.get(digest);
        if (run != null) {
            run.opened.complete(blob);
        }
    }

    /** The limits let it read the piece that it has asked for. On the loop. */
    void readOn(Digest digest) {
        Run run = runs.get(digest);
        if (run != null) {
            run.turn.complete(null);
        }
    }

    /** Ends one. */
    void stop(Digest digest) {
        Run run = runs.remove(digest);
        if (run != null) {
            run.stopped.set(true);
            run.opened.cancel(false);
            run.turn.cancel(false);
            run.body.ifPresent(Upstream.Body::close);
            run.task.ifPresent(t -> t.cancel(true));
        }
    }

    /** Ends all. */
    void close() {
        runs.keySet().forEach(this::stop);
    }

    private void fetch(Digest digest, UpstreamRef ref, boolean forMembers, Run run) {
        Event end;
        try {
            Optional<Upstream> source = upstream.get();
            if (source.isEmpty() || !source.get().serves(ref)) {
                throw new NeverException("no upstream is configured for " + ref.registry());
            }
            long from = run.opened.isDone() ? firstMissing(run.opened.join()) : 0;
            try (Upstream.Body body =
                    forMembers
                            ? source.get().openForMembers(ref, digest, from)
                            : source.get().open(ref, digest, from)) {
                run.body = Optional.of(body);
                tell(run, new Event.UpstreamOpened(digest, body.sizeBytes(), body.confined()));
                copy(digest, body, run);
            }
            end = new Event.UpstreamDone(digest);
        } catch (NeverException e) {
            end = new Event.UpstreamFailed(digest, Ingress.message(e), true);
        } catch (StoreTrouble e) {
            end = e.event(digest);
        } catch (IOException | RuntimeException | Error e) {
            end = new Event.UpstreamFailed(digest, Ingress.message(e), false);
        }
        runs.remove(digest, run);
        tell(run, end);
    }

    private static long firstMissing(PartialBlob partial) {
        return Pieces.offset(partial.sizeBytes(), partial.have().nextClearBit(0));
    }

    /** Nothing is heard of a run that was stopped, however late its last word comes. */
    private void tell(Run run, Event event) {
        loop.execute(() -> {
            if (!run.stopped.get()) {
                events.accept(event);
            }
        });
    }

    private PartialBlob awaitOpened(Run run) throws IOException {
        try {
            return run.opened.get(STORE_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IOException("stopped", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the store did not open the blob", e);
        }
    }

    /** What is not read waits at the other end, as its TCP window closes. */
    private void awaitTurn(Digest digest, int bytes, Run run) throws IOException {
        run.turn = new CompletableFuture<>();
        tell(run, new Event.UpstreamReads(digest, bytes));
        try {
            run.turn.get();
        } catch (InterruptedException | ExecutionException | CancellationException e) {
            throw new IOException("stopped", e);
        }
    }

    private void copy(Digest digest, Upstream.Body body, Run run) throws IOException {
        PartialBlob partial = awaitOpened(run);
        if (partial.sizeBytes() != body.sizeBytes()) {
            throw new NeverException(
                    "upstream says that "
                            + digest
                            + " has "
                            + body.sizeBytes()
                            + " bytes, expected "
                            + partial.sizeBytes());
        }
        if (body.confined()) {
            blobs.store().confine(digest);
        }
        // What an earlier run left may have been checked meanwhile: it is read past, not written
        // again.
        BitSet here = partial.have();
        int count = Pieces.count(body.sizeBytes());
        byte[] bytes = new byte[Pieces.bytes(body.sizeBytes())];
        InputStream in = body.stream();
        for (int piece = Pieces.at(body.sizeBytes(), body.offset());
                piece < count && !run.stopped.get();
                piece++) {
            int want = Pieces.length(body.sizeBytes(), piece);
            awaitTurn(digest, want, run);
            int got = in.readNBytes(bytes, 0, want);
            receivedBytes.accept(got);
            if (got < want) {
                throw new IOException(
                        "upstream broke off after "
                                + (Pieces.offset(body.sizeBytes(), piece) + got)
                                + " bytes");
            }
            if (!here.get(piece)) {
                StoreTrouble.write(partial, piece, ByteBuffer.wrap(bytes, 0, want));
                tell(run, new Event.UpstreamPiece(digest, piece));
            }
        }
    }
}
