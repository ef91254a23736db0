// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;

/**
 * Reads pieces of blobs from upstream, a virtual thread for each range. The swarm starts and stops
 * them, hears of each piece with its hash, and says whether it is to be written: another may have
 * brought it meanwhile. On the engine's loop, but for the reading and writing itself.
 */
final class RangeFetches {
    private static final class Run {
        volatile boolean stopped;
        volatile Optional<Upstream.Body> body = Optional.empty();
        volatile Optional<Future<?>> task = Optional.empty();

        /** Whether the piece in hand is to be written; a new one for each. */
        volatile CompletableFuture<Boolean> decision = new CompletableFuture<>();

        void stop() {
            stopped = true;
            decision.complete(false);
            body.ifPresent(Upstream.Body::close);
            task.ifPresent(t -> t.cancel(true));
        }
    }

    private final Supplier<Optional<Upstream>> upstream;
    private final Sha256 sha;
    private final ExecutorService threads;
    private final Executor loop;
    private final Consumer<Event> events;
    private final LongConsumer receivedBytes;
    private final Map<Long, Run> runs = new ConcurrentHashMap<>();

    /**
     * None yet.
     *
     * @param events takes events, on the loop
     */
    RangeFetches(
            Supplier<Optional<Upstream>> upstream,
            Sha256 sha,
            ExecutorService threads,
            Executor loop,
            Consumer<Event> events,
            LongConsumer receivedBytes) {
        this.upstream = upstream;
        this.sha = sha;
        this.threads = threads;
        this.loop = loop;
        this.events = events;
        this.receivedBytes = receivedBytes;
    }

    /** Begins a range. */
    void start(Action.FetchRange a, Optional<PartialBlob> blob) {
        if (blob.isEmpty()) {
            String why = "blob " + a.digest() + " is not open";
            loop.execute(() -> events.accept(new Event.StoreFailed(a.digest(), why, false)));
            return;
        }
        Run run = new Run();
        runs.put(a.number(), run);
        try {
            run.task = Optional.of(threads.submit(() -> fetch(a, blob.get(), run)));
        } catch (RejectedExecutionException e) {
            runs.remove(a.number());
            Event end = failed(a, e, false);
            loop.execute(() -> events.accept(end));
        }
    }

    /** Says what becomes of the piece that a range has read. */
    void decide(long number, boolean keep) {
        Run run = runs.get(number);
        if (run != null) {
            run.decision.complete(keep);
        }
    }

    /** Ends a range. */
    void stop(long number) {
        Run run = runs.get(number);
        if (run != null) {
            run.stop();
        }
    }

    /** Ends all. */
    void close() {
        runs.values().forEach(Run::stop);
    }

    private void fetch(Action.FetchRange a, PartialBlob partial, Run run) {
        Optional<Event> end = Optional.empty();
        try {
            copy(a, partial, run);
        } catch (NeverException e) {
            end = Optional.of(failed(a, e, true));
        } catch (IOException | RuntimeException | Error e) {
            end = Optional.of(failed(a, e, false));
        }
        runs.remove(a.number());
        end.ifPresent(event -> loop.execute(() -> tell(run, event)));
    }

    private static Event failed(Action.FetchRange a, Throwable e, boolean never) {
        return new Event.RangeFailed(a.digest(), a.number(), Ingress.message(e), never);
    }

    /** Of a range that was stopped nothing is heard but that a piece was written. */
    private void tell(Run run, Event event) {
        if (!run.stopped) {
            events.accept(event);
        }
    }

    private void copy(Action.FetchRange a, PartialBlob partial, Run run) throws IOException {
        Optional<Upstream> source = upstream.get();
        if (source.isEmpty() || !source.get().serves(a.upstream())) {
            throw new NeverException("no upstream is configured for " + a.upstream().registry());
        }
        int last = a.first() + a.count() - 1;
        long offset = Pieces.offset(a.sizeBytes(), a.first());
        long length =
                Pieces.offset(a.sizeBytes(), last) + Pieces.length(a.sizeBytes(), last) - offset;
        try (Upstream.Body body =
                source.get().openRange(a.upstream(), a.digest(), offset, length)) {
            run.body = Optional.of(body);
            if (body.sizeBytes() != a.sizeBytes()) {
                throw new NeverException(
                        "upstream says that "
                                + a.digest()
                                + " has "
                                + body.sizeBytes()
                                + " bytes, expected "
                                + a.sizeBytes());
            }
            if (body.offset() != offset || body.confined()) {
                throw new NeverException("the upstream gives no ranges to members");
            }
            read(a, partial, body.stream(), run);
        }
    }

    private void read(Action.FetchRange a, PartialBlob partial, InputStream in, Run run)
            throws IOException {
        byte[] bytes = new byte[Pieces.bytes(a.sizeBytes())];
        for (int piece = a.first(); piece < a.first() + a.count(); piece++) {
            int want = Pieces.length(a.sizeBytes(), piece);
            int got = in.readNBytes(bytes, 0, want);
            receivedBytes.accept(got);
            if (got < want) {
                throw new IOException(
                        "upstream broke off after "
                                + (Pieces.offset(a.sizeBytes(), piece) + got)
                                + " bytes");
            }
            ByteBuffer data = ByteBuffer.wrap(bytes, 0, want);
            Event read = new Event.RangeRead(a.digest(), a.number(), piece, sha.of(data));
            run.decision = new CompletableFuture<>();
            loop.execute(() -> tell(run, read));
            if (!run.stopped && run.decision.join()) {
                Event written = write(a, partial, piece, data);
                loop.execute(() -> events.accept(written));
            }
            if (run.stopped) {
                return;
            }
        }
        int beyond = in.read(); // the end: only then the connection is used again
        if (beyond >= 0 && a.first() > 0) {
            throw new IOException("the upstream sent more than the range asked for");
        }
    }

    private static Event write(
            Action.FetchRange a, PartialBlob partial, int piece, ByteBuffer data) {
        Optional<String> trouble = Optional.empty();
        boolean full = false;
        try {
            partial.write(piece, data);
        } catch (RetryLaterException e) {
            trouble = Optional.of(Ingress.message(e));
            full = true;
        } catch (IOException | RuntimeException e) {
            trouble = Optional.of(Ingress.message(e));
        }
        return new Event.RangeWritten(a.digest(), a.number(), piece, trouble, full);
    }
}
