// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NeverException;

/**
 * Reads pieces of blobs from upstream into the store, a virtual thread for each range. The swarm
 * starts and stops them, and hears of each piece with its hash. On the engine's loop, but for the
 * reading itself.
 */
final class RangeFetches {
    private record Key(Digest digest, int first) {}

    private static final class Run {
        final AtomicBoolean stopped = new AtomicBoolean();
        volatile Optional<Upstream.Body> body = Optional.empty();
        volatile Optional<Future<?>> task = Optional.empty();

        void stop() {
            stopped.set(true);
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
    private final Map<Key, Run> runs = new ConcurrentHashMap<>();

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
        Key key = new Key(a.digest(), a.first());
        Run run = new Run();
        Run before = runs.put(key, run);
        if (before != null) {
            before.stop();
        }
        try {
            PartialBlob partial =
                    blob.orElseThrow(() -> new RejectedExecutionException("the blob is not open"));
            run.task = Optional.of(threads.submit(() -> fetch(a, partial, key, run)));
        } catch (RejectedExecutionException e) {
            runs.remove(key, run);
            String why = Ingress.message(e);
            loop.execute(() -> tell(run, new Event.RangeFailed(a.digest(), a.first(), why, false)));
        }
    }

    /** Ends the range that begins with this piece. */
    void stop(Digest digest, int first) {
        Run run = runs.remove(new Key(digest, first));
        if (run != null) {
            run.stop();
        }
    }

    /** Ends all ranges of a blob. */
    void stop(Digest digest) {
        runs.keySet().stream()
                .filter(k -> k.digest.equals(digest))
                .forEach(k -> stop(digest, k.first));
    }

    /** Ends all. */
    void close() {
        runs.values().forEach(Run::stop);
        runs.clear();
    }

    private void fetch(Action.FetchRange a, PartialBlob partial, Key key, Run run) {
        Optional<Event> end = Optional.empty();
        try {
            copy(a, partial, run);
        } catch (StoreTrouble e) {
            end = Optional.of(e.event(a.digest()));
        } catch (NeverException e) {
            end = Optional.of(failed(a, e, true));
        } catch (IOException | RuntimeException | Error e) {
            end = Optional.of(failed(a, e, false));
        }
        runs.remove(key, run);
        end.ifPresent(event -> loop.execute(() -> tell(run, event)));
    }

    private static Event failed(Action.FetchRange a, Throwable e, boolean never) {
        return new Event.RangeFailed(a.digest(), a.first(), Ingress.message(e), never);
    }

    /** Nothing is heard of a range that was stopped, however late its last word comes. */
    private void tell(Run run, Event event) {
        if (!run.stopped.get()) {
            events.accept(event);
        }
    }

    private void copy(Action.FetchRange a, PartialBlob partial, Run run) throws IOException {
        Optional<Upstream> source = upstream.get();
        if (source.isEmpty() || !source.get().serves(a.upstream())) {
            throw new NeverException("no upstream is configured for " + a.upstream().registry());
        }
        int last = a.first() + a.count() - 1;
        long offset = Pieces.offset(a.first());
        long length = Pieces.offset(last) + Pieces.length(a.sizeBytes(), last) - offset;
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
        byte[] bytes = new byte[Pieces.PIECE_BYTES];
        for (int piece = a.first(); piece < a.first() + a.count(); piece++) {
            int want = Pieces.length(a.sizeBytes(), piece);
            int got = in.readNBytes(bytes, 0, want);
            receivedBytes.accept(got);
            if (run.stopped.get()) {
                return;
            }
            if (got < want) {
                throw new IOException(
                        "upstream broke off after " + (Pieces.offset(piece) + got) + " bytes");
            }
            ByteBuffer data = ByteBuffer.wrap(bytes, 0, want);
            byte[] hash = sha.of(data);
            StoreTrouble.write(partial, piece, data);
            Event.RangePiece event = new Event.RangePiece(a.digest(), piece, hash);
            loop.execute(() -> tell(run, event));
        }
        int beyond = in.read(); // the end: only then the connection is used again
        if (beyond >= 0 && a.first() > 0) {
            throw new IOException("the upstream sent more than the range asked for");
        }
    }
}
