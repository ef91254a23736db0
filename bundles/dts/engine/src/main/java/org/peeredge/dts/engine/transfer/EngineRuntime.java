// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.swarm.Swarm;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.routing.api.Routing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the swarm on the engine's loop and carries out its actions on the real store, upstream,
 * routing and channels. Events come from any thread and are handled one at a time, in order; an
 * action never waits.
 */
final class EngineRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(EngineRuntime.class);
    private static final Duration BUSY_TICK = Duration.ofMillis(20);
    private static final Duration IDLE_TICK = Duration.ofSeconds(1);

    /** What the runtime stands on. */
    record Ports(
            Identity identity,
            Clock clock,
            Loop loop,
            ExecutorService workers,
            ExecutorService blocking,
            Supplier<Optional<Upstream>> upstream,
            Routing routing,
            PluginSlots<CodecProvider> codecs,
            Links links) {}

    private final Ports ports;
    private final Swarm swarm;
    private final Blobs blobs;
    private final Maps maps;
    private final Ingress ingress;
    private final Egress egress;
    private final Encoders encoders;
    private final UpstreamFetches upstreams;
    private final TransferTable table = new TransferTable();
    private final EngineMetrics metrics;
    private final ArrayDeque<Event> queue = new ArrayDeque<>();

    /** Blobs that the swarm knows to be open in the store. */
    private final Set<Digest> announced = new HashSet<>();

    private boolean handling;
    private boolean closed;
    private Cancellable ticker = () -> {};

    EngineRuntime(
            Ports ports,
            ContentStore store,
            EngineLimits limits,
            EngineMetrics metrics,
            SwarmFactory swarms) {
        this.ports = ports;
        this.metrics = metrics;
        Sha256 sha = new Sha256();
        blobs = new Blobs(store);
        maps = new Maps(ports.identity(), blobs, sha);
        encoders = new Encoders(blobs, ports.codecs(), limits.maxEncoders());
        BufferPool buffers = new BufferPool(Pieces.PIECE_BYTES, limits.sendBuffers());
        ingress =
                new Ingress(
                        blobs,
                        sha,
                        ports.workers(),
                        ports.loop(),
                        this::post,
                        ports.links(),
                        limits.maxParkedBytes());
        egress =
                new Egress(
                        encoders,
                        this::sizeOf,
                        buffers,
                        ports.workers(),
                        ports.loop(),
                        ports.links(),
                        metrics.sentBytes::add,
                        this::post);
        upstreams =
                new UpstreamFetches(
                        ports.upstream(),
                        blobs,
                        ports.blocking(),
                        this::submit,
                        metrics.fromUpstream::add);
        swarm = swarms.make(upstreams::serves);
        metrics.gauge(
                "peeredge_dts_engine_parked_bytes",
                "Bytes received that wait to be checked and written.",
                ingress::parkedBytes);
        metrics.gauge(
                "peeredge_dts_engine_send_buffer_bytes",
                "Memory for sending pieces.",
                buffers::heldBytes);
        metrics.gauge(
                "peeredge_dts_engine_transfers_running", "Transfers that run now.", table::size);
    }

    /** Makes the swarm, given what this node's upstream serves. */
    interface SwarmFactory {
        Swarm make(java.util.function.Predicate<UpstreamRef> serves);
    }

    Blobs blobs() {
        return blobs;
    }

    TransferTable table() {
        return table;
    }

    Maps maps() {
        return maps;
    }

    Encoders encoders() {
        return encoders;
    }

    /** Tells the swarm what the store holds and starts the ticks; on the loop. */
    void start() {
        for (ContentStore.BlobInfo blob : blobs.store().list()) {
            post(new Event.Held(blob.digest(), blob.sizeBytes(), blob.confined()));
        }
        tick();
    }

    /** Ends everything; transfers fail with a word to their readers. On the loop. */
    void stop() {
        closed = true;
        ticker.cancel();
        upstreams.close();
        egress.close();
        ingress.close();
        for (Transfer transfer : table.all()) {
            transfer.fail(new RetryLaterException("the engine is stopping"), ports.clock().nanos());
        }
        encoders.close();
        blobs.closeAll();
    }

    /** Hands an event over from any thread. */
    void submit(Event event) {
        ports.loop().execute(() -> post(event));
    }

    /** Symbols from a peer; on the loop. */
    void symbols(NodeId from, SymbolsHeader header, Frame frame) {
        if (closed) {
            frame.release();
        } else {
            ingress.arrived(from, header, frame);
        }
    }

    /** Handles an event and all that follow from it at once; on the loop. */
    void post(Event event) {
        queue.add(event);
        if (handling) {
            return;
        }
        handling = true;
        try {
            for (Event next = queue.poll(); next != null; next = queue.poll()) {
                if (!closed) {
                    observe(next);
                    swarm.handle(next, ports.clock().nanos(), this::act);
                }
            }
        } finally {
            handling = false;
        }
    }

    private void tick() {
        post(new Event.Tick());
        boolean busy = table.size() > 0 || swarm.busy();
        ticker = ports.loop().schedule(busy ? BUSY_TICK : IDLE_TICK, this::tick);
    }

    /** Starts to tick fast at once: something new is to be done. On the loop. */
    void hurry() {
        ticker.cancel();
        if (!closed) {
            ticker = ports.loop().schedule(BUSY_TICK, this::tick);
        }
    }

    /** What readers and lists want to know of an event. */
    private void observe(Event event) {
        switch (event) {
            case Event.PieceStored e -> {
                if (!e.from().equals(ports.identity().self().node())) {
                    table.running(e.digest()).ifPresent(Transfer::pieceArrived);
                }
            }
            case Event.UpstreamPiece e ->
                    table.running(e.digest())
                            .ifPresent(t -> {
                                t.pieceArrived();
                                t.countUpstream(Pieces.length(t.sizeBytes(), e.piece()));
                            });
            case Event.UpstreamOpened e ->
                    table.running(e.digest())
                            .ifPresent(t -> t.open(e.sizeBytes(), e.confined(), 0));
            case Event.Held e -> {
                announced.remove(e.digest());
                ended(e);
            }
            case Event.PeerDown e -> egress.down(e.peer());
            default -> {
                // nothing that anyone waits for
            }
        }
    }

    private void ended(Event.Held e) {
        table.running(e.digest())
                .ifPresent(t -> {
                    table.retire(t);
                    metrics.completed.increment();
                    t.complete(e.sizeBytes(), e.confined(), ports.clock().nanos());
                    LOG.info("blob {} is complete ({} bytes)", e.digest(), e.sizeBytes());
                });
    }

    private void act(Action action) {
        switch (action) {
            case Action.Send a -> ports.links().send(a.to(), a.message());
            case Action.SendSymbols a -> egress.send(a.to(), a.request());
            case Action.CancelSymbols a -> egress.cancel(a.to(), a.cancel());
            case Action.OpenStore a -> work(a.digest(), () -> openStore(a));
            case Action.CheckAndStore a -> ingress.checkAndStore(a);
            case Action.CheckKept a ->
                    work(
                            a.digest(),
                            () ->
                                    Optional.of(
                                            ingress.checkKept(a, ports.identity().self().node())));
            case Action.Discard a -> ingress.discard(a.handle());
            case Action.CheckMap a -> checkMap(a.from(), a.map());
            case Action.LoadMap a -> work(a.digest(), () -> loadMap(a.digest()));
            case Action.StartUpstream a ->
                    upstreams.start(
                            a.digest(),
                            a.upstream(),
                            announced.contains(a.digest())
                                    ? blobs.partial(a.digest())
                                    : Optional.empty());
            case Action.StopUpstream a -> upstreams.stop(a.digest());
            case Action.Verify a -> verify(a);
            case Action.Reset a -> reset(a);
            case Action.Complete a -> work(a.digest(), () -> complete(a));
            case Action.Readable a -> table.running(a.digest()).ifPresent(Transfer::mayRead);
            case Action.Failed a -> failed(a);
            case Action.AskPlan a -> askPlan(a);
            case Action.Punish a -> punish(a);
            case Action.Count a -> count(a);
        }
    }

    /** Work on disk that ends in one event. */
    private interface DiskWork {
        Optional<Event> run() throws IOException;
    }

    private void work(Digest digest, DiskWork work) {
        Consumer<Event> answer = this::submit;
        Runnable task =
                () -> {
                    try {
                        work.run().ifPresent(answer);
                    } catch (RetryLaterException e) {
                        answer.accept(new Event.StoreFailed(digest, Ingress.message(e), true));
                    } catch (IOException | RuntimeException e) {
                        LOG.warn("store, blob {}: {}", digest, Ingress.message(e), e);
                        answer.accept(new Event.StoreFailed(digest, Ingress.message(e), false));
                    }
                };
        try {
            ports.workers().execute(task);
        } catch (RejectedExecutionException e) {
            answer.accept(new Event.StoreFailed(digest, "too much is waiting for the disk", false));
        }
    }

    private Optional<Event> openStore(Action.OpenStore a) throws IOException {
        PartialBlob partial = blobs.open(a.digest(), a.sizeBytes());
        java.util.BitSet have = partial.have();
        ports.loop().execute(() -> opened(a, partial, have));
        return Optional.empty();
    }

    private void opened(Action.OpenStore a, PartialBlob partial, java.util.BitSet have) {
        table.running(a.digest()).ifPresent(t -> t.open(a.sizeBytes(), false, have.cardinality()));
        announced.add(a.digest());
        post(new Event.Opened(a.digest(), have));
        upstreams.opened(a.digest(), partial);
    }

    private void checkMap(NodeId from, SignedMap map) {
        work(map.map().digest(), () -> Optional.of(maps.check(from, map)));
    }

    private Optional<Event> loadMap(Digest digest) throws IOException {
        NodeId self = ports.identity().self().node();
        return maps.load(digest).map(map -> maps.check(self, map));
    }

    private void verify(Action.Verify a) {
        table.running(a.digest()).ifPresent(Transfer::checking);
        work(
                a.digest(),
                () -> {
                    PartialBlob partial = partial(a.digest());
                    return Optional.of(new Event.Verified(a.digest(), partial.verify()));
                });
    }

    private void reset(Action.Reset a) {
        table.running(a.digest()).ifPresent(Transfer::restarted);
        work(
                a.digest(),
                () -> {
                    blobs.reset(a.digest());
                    return Optional.empty();
                });
    }

    private Optional<Event> complete(Action.Complete a) throws IOException {
        Digest digest = a.digest();
        blobs.store().putMap(a.sign() ? maps.sign(a.map()) : a.map());
        blobs.complete(digest);
        ContentStore.BlobInfo info;
        try (var stored =
                blobs.store()
                        .find(digest)
                        .orElseThrow(() -> new IOException("the store lost " + digest))) {
            info = stored.info();
        }
        return Optional.of(new Event.Held(digest, info.sizeBytes(), info.confined()));
    }

    private PartialBlob partial(Digest digest) throws IOException {
        return blobs.partial(digest)
                .orElseThrow(() -> new IOException("blob " + digest + " is not open"));
    }

    private void failed(Action.Failed a) {
        announced.remove(a.digest());
        table.running(a.digest())
                .ifPresent(t -> {
                    table.retire(t);
                    metrics.failed.increment();
                    RuntimeException error =
                            a.never()
                                    ? new NeverException(a.reason())
                                    : new RetryLaterException(a.reason());
                    t.fail(error, ports.clock().nanos());
                    LOG.info("blob {} failed: {}", a.digest(), a.reason());
                });
        try {
            ports.workers().execute(() -> blobs.close(a.digest()));
        } catch (RejectedExecutionException e) {
            blobs.close(a.digest());
        }
    }

    private void askPlan(Action.AskPlan a) {
        ports.routing()
                .plan(a.view())
                .thenAccept(plan -> submit(new Event.Planned(a.digest(), plan)));
    }

    private void punish(Action.Punish a) {
        LOG.debug("peer {}: {}", a.peer().shortName(), a.reason());
        ports.links().disconnect(a.peer(), a.reason(), Duration.ofMillis(a.banMillis()));
    }

    private void count(Action.Count a) {
        metrics.count(a);
        table.running(a.digest()).ifPresent(t -> t.count(a));
    }

    /** A blob's length, for serving; from any thread. */
    private Optional<Long> sizeOf(Digest digest) {
        Optional<Long> partial = blobs.partial(digest).map(PartialBlob::sizeBytes);
        if (partial.isPresent()) {
            return partial;
        }
        try (var stored = blobs.store().find(digest).orElse(null)) {
            if (stored != null) {
                return Optional.of(stored.info().sizeBytes());
            }
        }
        submit(new Event.Gone(digest));
        return Optional.empty();
    }
}
