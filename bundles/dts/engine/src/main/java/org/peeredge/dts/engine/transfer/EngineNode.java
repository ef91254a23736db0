// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Bans;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.discovery.DirectoryStore;
import org.peeredge.dts.api.discovery.Finder;
import org.peeredge.dts.api.receipt.Receipts;
import org.peeredge.dts.engine.peers.InterfaceNetworks;
import org.peeredge.dts.engine.peers.Peers;
import org.peeredge.dts.engine.peers.PeersConfig;
import org.peeredge.dts.engine.peers.PeersPorts;
import org.peeredge.dts.engine.receipts.ReceiptDesk;
import org.peeredge.dts.engine.receipts.ReceiptLimits;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.swarm.Swarm;
import org.peeredge.dts.engine.swarm.SwarmLimits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.routing.api.Routing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine put together: loop, connections, swarm, runtime. Plain Java; the component and tests
 * make it.
 */
public final class EngineNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineNode.class);
    private static final String BUNDLE = "org.peeredge.dts.engine";
    private static final Duration STOCKTAKING = Duration.ofMinutes(5);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private final Loop loop;
    private final ExecutorService workers;
    private final ExecutorService codecPool;
    private final CodecThreads codecThreads;
    private final ExecutorService blocking;
    private final Duration codecPatience;
    private final MetricScope metrics;
    private final Peers peers;
    private final Swarm swarm;
    final EngineRuntime runtime;
    private final FlowControl flow;
    private final CodecDesk codecs;
    private final EngineTransfers transfers;
    private final PeerMesh mesh;
    final ReceiptDesk receipts;
    private final AtomicReference<@Nullable DirectoryStore> directory = new AtomicReference<>();

    /**
     * What an engine stands on.
     *
     * @param metrics owned by the engine from now on
     * @param upstream asked each time; empty while no registry is there
     */
    public record Parts(
            Identity identity,
            Clock clock,
            Threads threads,
            MetricScope metrics,
            ContentStore store,
            Routing routing,
            PluginSlots<ChannelProvider> channels,
            PluginSlots<CodecProvider> codecs,
            Supplier<Optional<Upstream>> upstream) {}

    /**
     * How much it may use.
     *
     * @param workers threads that hash and touch the disk, and as many for codecs
     * @param codec what is asked for while the operator has chosen nothing: {@code auto}, {@code
     *     none} or a type
     */
    public record Settings(
            PeersConfig peers,
            EngineLimits limits,
            SwarmLimits swarm,
            ReceiptLimits receipts,
            int workers,
            String codec) {}

    /** Makes and starts everything. */
    public EngineNode(Parts parts, Settings settings) {
        EngineLimits limits = settings.limits();
        loop = parts.threads().newLoop(BUNDLE, "loop");
        workers = parts.threads().newPool(BUNDLE, "disk", settings.workers(), 4_096);
        CodecThreads.Settings sizes =
                new CodecThreads.Settings(
                        settings.workers(), limits.maxAbandonedThreads(), limits.codecTimeout());
        codecPool = parts.threads().newPool(BUNDLE, "codec", sizes.threads(), 0);
        codecThreads = new CodecThreads(codecPool, loop, sizes);
        codecPatience = limits.codecTimeout().multipliedBy(2);
        blocking = parts.threads().newVirtualPool(BUNDLE, "upstream");
        metrics = parts.metrics();
        peers =
                new Peers(
                        new PeersPorts(
                                loop,
                                parts.clock(),
                                parts.threads(),
                                parts.identity(),
                                parts.channels(),
                                Optional.of(parts.store().records(BUNDLE)),
                                metrics,
                                new InterfaceNetworks(),
                                Optional.of(parts.store().records(BUNDLE + ".bans"))),
                        settings.peers(),
                        new FromPeers(this));
        swarm = swarm(parts, settings);
        runtime = runtime(parts, settings);
        receipts =
                new ReceiptDesk(
                        new ReceiptDesk.Ports(
                                parts.identity(),
                                parts.clock(),
                                loop,
                                workers,
                                parts.store().records(BUNDLE + ".receipts"),
                                metrics,
                                new ToPeers()),
                        settings.receipts());
        flow = flow(parts);
        codecs = CodecDesk.of(parts, settings.codec(), workers, loop, runtime::submit);
        mesh = new PeerMesh(parts.identity().self().node(), peers);
        Availability availability =
                new Availability(parts.store(), mesh, workers, limits.availableTimeout());
        peers.answer(Availability.TOPIC_NAME, availability);
        transfers =
                new EngineTransfers(
                        runtime,
                        availability,
                        peers.finding(),
                        loop,
                        workers,
                        parts.clock(),
                        limits);
        loop.execute(runtime::start);
        loop.execute(receipts::start);
        loop.execute(flow::start);
        codecs.start();
        peers.start();
        stocktaking(parts.store());
        DirectoryStore own =
                new RecordsDirectory(
                        parts.store().records(BUNDLE + ".directory"), parts.clock(), workers);
        new DirectoryRounds(
                        loop,
                        () -> Optional.ofNullable(directory.get()).orElse(own),
                        mesh,
                        peers.finding())
                .start();
    }

    private static Swarm swarm(Parts parts, Settings settings) {
        boolean origin = parts.identity().self().has(Role.ORIGIN);
        return new Swarm(
                parts.identity().self().node(),
                parts.identity().self().roles(),
                settings.swarm(),
                parts.threads().random(),
                ref -> origin && parts.upstream().get().map(u -> u.serves(ref)).orElse(false));
    }

    private FlowControl flow(Parts parts) {
        return new FlowControl(
                new FlowControl.Ports(
                        parts.clock(),
                        ZoneId.systemDefault(),
                        parts.store().records(BUNDLE),
                        workers,
                        loop,
                        metrics,
                        peers::remotes,
                        runtime::post),
                swarm);
    }

    private EngineRuntime runtime(Parts parts, Settings settings) {
        EngineRuntime.Ports ports =
                new EngineRuntime.Ports(
                        parts.identity(),
                        parts.clock(),
                        loop,
                        workers,
                        codecThreads,
                        blocking,
                        parts.upstream(),
                        parts.routing(),
                        parts.codecs(),
                        new ToPeers(),
                        new Deliveries(parts.identity().self().node(), this::delivered));
        return new EngineRuntime(
                ports,
                parts.store(),
                settings.limits(),
                new EngineMetrics(metrics),
                serves -> swarm);
    }

    /** The store does not tell what it evicts: now and then it is looked. */
    private void stocktaking(ContentStore store) {
        loop.schedule(
                STOCKTAKING,
                () -> {
                    List<Digest> held = new ArrayList<>();
                    for (ContentStore.BlobInfo blob : store.list()) {
                        if (!blob.confined()) {
                            held.add(blob.digest());
                        }
                    }
                    peers.finding().holds(held);
                    stocktaking(store);
                });
    }

    /** Who holds what. */
    public Finder finder() {
        return new MeshFinder(peers.finding());
    }

    /** A directory for trackers in place of the embedded one; null takes it back. */
    public AtomicReference<@Nullable DirectoryStore> directory() {
        return directory;
    }

    /** Content. */
    public Transfers transfers() {
        return transfers;
    }

    /** What this node and others have signed for. */
    public Receipts receipts() {
        return receipts;
    }

    private void delivered(NodeId giver, Digest blob, long bytes, long pieces) {
        receipts.stored(giver, blob, bytes, pieces);
    }

    /** Members. */
    public PeerMesh mesh() {
        return mesh;
    }

    /** Limits. */
    public FlowControl flow() {
        return flow;
    }

    /** The choice of a codec. */
    public CodecDesk codecs() {
        return codecs;
    }

    /** Members that lied. */
    public Bans bans() {
        return peers.bans();
    }

    /** A channel plugin came, or is about to go and has been removed from its slots. */
    public void channelsChanged() {
        peers.providersChanged();
    }

    /** A codec plugin has been removed from its slots. Waits until what it made is closed. */
    public void codecGone(CodecProvider codec) {
        try {
            runtime.encoders().drop(codec).get(codecPatience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("encoders of a removed codec are still in use", e);
        }
    }

    /** Ends transfers, connections and threads. Blocks for some seconds at most. */
    @Override
    public void close() {
        CountDownLatch stopped = new CountDownLatch(1);
        loop.execute(() -> {
            codecs.stop();
            flow.stop();
            runtime.stop();
            receipts.stop();
            stopped.countDown();
        });
        try {
            stopped.await(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        peers.stop();
        codecThreads.close();
        codecPool.shutdown();
        await(codecPool);
        blocking.shutdownNow();
        await(blocking);
        workers.shutdown();
        await(workers);
        // Last words of the workers give back frames and buffers: the loop outlives them.
        loop.close();
        runtime.release();
        metrics.close();
    }

    private static void await(ExecutorService threads) {
        try {
            if (!threads.awaitTermination(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "a disk, a codec or an upstream hangs: a thread of the engine may outlive it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From the runtime to the connections. */
    private final class ToPeers implements Links, ReceiptDesk.Outlet {
        @Override
        public CompletionStage<Void> sendSymbols(
                NodeId to, SymbolsHeader header, ByteBuffer... payload) {
            long bytes = 0;
            for (ByteBuffer part : payload) {
                bytes += part.remaining();
            }
            long handedOver = bytes;
            receipts.sent(to, handedOver);
            return peers.sendSymbols(to, header, payload)
                    .whenComplete((_, error) -> {
                        if (error != null) {
                            receipts.unsent(to, handedOver);
                        }
                    });
        }

        @Override
        public boolean send(NodeId to, Message message) {
            return peers.send(to, message);
        }

        @Override
        public void owes(NodeId peer, boolean owes) {
            runtime.post(new Event.PeerOwes(peer, owes));
        }

        @Override
        public void holds(Digest digest, boolean now) {
            peers.finding().holds(digest, now);
        }

        @Override
        public void reading(NodeId peer, boolean on) {
            peers.reading(peer, on);
        }

        @Override
        public void disconnect(NodeId peer, String reason, Duration ban) {
            peers.disconnect(peer, reason, ban);
        }

        @Override
        public void ban(NodeId peer, String reason, Duration term, NodeId by) {
            peers.bans().ban(peer, reason, term, by);
        }
    }
}
