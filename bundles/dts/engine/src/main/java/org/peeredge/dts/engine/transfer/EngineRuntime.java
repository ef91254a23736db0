// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.swarm.Swarm;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
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
            CodecThreads codecThreads,
            ExecutorService blocking,
            Supplier<Optional<Upstream>> upstream,
            Routing routing,
            PluginSlots<CodecProvider> codecs,
            Links links,
            Watcher watcher) {}

    private final Ports ports;
    private final NodeId self;
    private final Swarm swarm;
    private final Blobs blobs;
    private final Maps maps;
    private final Ingress ingress;
    private final Egress egress;
    private final Encoders encoders;
    private final Decoders decoders;
    private final UpstreamFetches upstreams;
    private final RangeFetches ranges;
    private final Signatures signatures;
    private final StoreWork work;
    private final Observer observer;
    private final TransferTable table = new TransferTable();
    private final EngineMetrics metrics;
    private final ArrayDeque<Event> queue = new ArrayDeque<>();

    /** Blobs that the swarm knows to be open in the store. */
    private final Set<Digest> announced = new HashSet<>();

    private boolean handling;
    private boolean closed;
    private boolean fast;
    private Cancellable ticker = () -> {};

    EngineRuntime(
            Ports ports,
            ContentStore store,
            EngineLimits limits,
            EngineMetrics metrics,
            SwarmFactory swarms) {
        this.ports = ports;
        self = ports.identity().self().node();
        this.metrics = metrics;
        observer = new Observer(table, metrics, ports.clock(), self, store::refetchCost);
        Sha256 sha = new Sha256();
        blobs = new Blobs(store);
        maps = new Maps(ports.identity(), blobs, sha);
        work = new StoreWork(blobs, maps, self, ports.workers(), this::onLoop, this::submit);
        signatures =
                new Signatures(
                        work,
                        new ClaimSigner(ports.identity()),
                        new EvidenceSigner(ports.identity(), ports.clock()));
        encoders = new Encoders(blobs, ports.codecs(), limits.maxEncoders(), ports.codecThreads());
        BufferPool buffers = new BufferPool(Pieces.MAX_PIECE_BYTES, limits.sendBuffers());
        ingress =
                new Ingress(
                        blobs,
                        sha,
                        ports.workers(),
                        this::onLoop,
                        this::post,
                        ports.links(),
                        limits.maxParkedBytes());
        egress =
                new Egress(
                        encoders,
                        this::sizeOf,
                        buffers,
                        ports.codecThreads(),
                        this::onLoop,
                        ports.clock(),
                        limits.sendTimeout(),
                        ports.links(),
                        metrics,
                        this::post);
        decoders =
                new Decoders(
                        ports.codecThreads(),
                        new GroupDecoder(
                                blobs,
                                sha,
                                ports.codecs(),
                                ports.codecThreads(),
                                new BufferPool(CodecId.MAX_GROUP_BYTES, limits.groupBuffers()),
                                self),
                        new BufferPool(Pieces.MAX_PIECE_BYTES, limits.symbolBuffers()),
                        this::onLoop,
                        this::post);
        upstreams =
                new UpstreamFetches(
                        ports.upstream(),
                        blobs,
                        ports.blocking(),
                        this::onLoop,
                        this::post,
                        metrics.fromUpstream::add);
        ranges =
                new RangeFetches(
                        ports.upstream(),
                        sha,
                        ports.blocking(),
                        this::onLoop,
                        this::post,
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
                "peeredge_dts_engine_abandoned_threads",
                "Threads that codecs keep.",
                ports.codecThreads()::abandoned);
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
        ranges.close();
        egress.close();
        ingress.close();
        observer.stop();
        encoders.close();
        decoders.close();
    }

    /** Lets go of what the store has open; after {@link #stop} and the last task of the workers. */
    void release() {
        blobs.closeAll();
    }

    /** Hands an event over from any thread. */
    void submit(Event event) {
        onLoop(() -> post(event));
    }

    /** Once the loop has ended nobody waits for anything. */
    private void onLoop(Runnable task) {
        try {
            ports.loop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the engine has stopped");
        }
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
                    handle(next);
                }
            }
        } finally {
            handling = false;
        }
        if (!fast && !closed && swarm.busy()) {
            ticker.cancel();
            schedule();
        }
    }

    /** What goes wrong with one event must not take the next ones, or the caller, with it. */
    private void handle(Event event) {
        try {
            observe(event);
            swarm.handle(event, ports.clock().nanos(), this::act);
        } catch (RuntimeException e) {
            broken(event.getClass(), e);
        }
    }

    private void broken(Class<?> what, RuntimeException e) {
        metrics.internalErrors.increment();
        LOG.error("{} failed: this is a fault of the engine, report it", what.getSimpleName(), e);
    }

    private void tick() {
        if (!closed) {
            fast = true; // the next tick is planned below
            post(new Event.Tick());
            schedule();
            egress.tick();
        }
    }

    private void schedule() {
        fast = table.size() > 0 || swarm.busy();
        ticker = ports.loop().schedule(fast ? BUSY_TICK : IDLE_TICK, this::tick);
    }

    /** What else is to be done about an event. */
    private void observe(Event event) {
        observer.event(event);
        ports.watcher().event(event);
        switch (event) {
            case Event.Held e -> {
                announced.remove(e.digest());
                ports.links().holds(e.digest(), !e.confined());
            }
            case Event.Gone e -> {
                encoders.drop(e.digest());
                ports.links().holds(e.digest(), false);
            }
            case Event.PeerDown e -> {
                egress.down(e.peer());
                ingress.down(e.peer());
            }
            default -> {} // the swarm's business alone
        }
    }

    private void act(Action action) {
        try {
            ports.watcher().action(action);
            carryOut(action);
        } catch (RuntimeException e) {
            broken(action.getClass(), e);
        }
    }

    private void carryOut(Action action) {
        switch (action) {
            case Action.Send a -> ports.links().send(a.to(), a.message());
            case Action.SendSymbols a -> egress.send(a.to(), a.request());
            case Action.CancelSymbols a -> egress.cancel(a.to(), a.cancel());
            case Action.OpenStore a -> work.open(a, (partial, have) -> opened(a, partial, have));
            case Action.CheckAndStore a -> ingress.checkAndStore(a);
            case Action.KeepSymbols a -> ingress.keepSymbols(a, decoders);
            case Action.Decode a -> decoders.decode(a);
            case Action.DropSymbols a -> decoders.drop(a.digest(), a.group());
            case Action.CheckKept a ->
                    work.atOnce(a.digest(), () -> Optional.of(ingress.checkKept(a, self)));
            case Action.Discard a -> ingress.discard(a.handle());
            case Action.CheckMap a ->
                    work.atOnce(
                            a.map().map().digest(),
                            () -> Optional.of(maps.check(a.from(), a.map())));
            case Action.LoadMap a -> work.loadMap(a.digest());
            case Action.StartUpstream a ->
                    upstreams.start(
                            a.digest(),
                            a.upstream(),
                            a.forMembers(),
                            announced.contains(a.digest())
                                    ? blobs.partial(a.digest())
                                    : Optional.empty());
            case Action.StopUpstream a -> upstreams.stop(a.digest());
            case Action.ReadOn a -> upstreams.readOn(a.digest());
            case Action.FetchRange a -> ranges.start(a, blobs.partial(a.digest()));
            case Action.KeepRange a -> ranges.decide(a.number(), a.keep());
            case Action.StopRange a -> ranges.stop(a.number());
            case Action.SignClaim a -> signatures.sign(a);
            case Action.CheckClaims a -> signatures.check(a);
            case Action.Verify a -> {
                table.running(a.digest()).ifPresent(Transfer::checking);
                work.verify(a.digest());
            }
            case Action.Reset a -> {
                table.running(a.digest()).ifPresent(Transfer::restarted);
                announced.remove(a.digest());
                encoders.drop(a.digest());
                work.reset(a.digest());
            }
            case Action.Complete a -> work.complete(a);
            case Action.Readable a ->
                    table.running(a.digest()).ifPresent(t -> t.mayRead(a.pieces()));
            case Action.Failed a -> failed(a);
            case Action.AskPlan a -> askPlan(a);
            case Action.Punish a -> {
                observer.punished(a);
                ports.links().ban(a.peer(), a.reason(), Duration.ofMillis(a.banMillis()), a.by());
            }
            case Action.Drop _ -> metrics.dropped.increment();
            case Action.CheckEvidence a -> signatures.check(a);
            case Action.SignAccusation a -> signatures.sign(a);
            case Action.CheckProbe a -> ingress.checkProbe(a);
            case Action.Count a -> observer.count(a);
        }
    }

    private void opened(Action.OpenStore a, PartialBlob partial, BitSet have) {
        table.running(a.digest()).ifPresent(t -> t.open(a.sizeBytes(), false, have));
        announced.add(a.digest());
        post(new Event.Opened(a.digest(), have));
        upstreams.opened(a.digest(), partial);
    }

    private void failed(Action.Failed a) {
        announced.remove(a.digest());
        observer.failed(a);
        work.giveUp(a.digest());
    }

    private void askPlan(Action.AskPlan a) {
        ports.routing()
                .plan(a.view())
                .whenComplete((plan, error) -> {
                    if (error == null) {
                        submit(new Event.Planned(a.digest(), plan));
                    } else {
                        LOG.warn("no plan for {}: all sources are used alike", a.digest(), error);
                    }
                });
    }

    /** A blob's length, for serving; from any thread. */
    private Optional<Long> sizeOf(Digest digest) {
        Optional<Long> size = blobs.size(digest);
        if (size.isPresent()) {
            return size;
        }
        submit(new Event.Gone(digest));
        return Optional.empty();
    }
}
