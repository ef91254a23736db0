// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.peeredge.dts.api.Bans;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Flow;
import org.peeredge.dts.api.Transfers;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.discovery.DirectoryStore;
import org.peeredge.dts.api.discovery.Finder;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.Receipts;
import org.peeredge.dts.engine.flow.FlowComponent;
import org.peeredge.dts.engine.peers.PeersConfig;
import org.peeredge.dts.engine.receipts.ReceiptLimits;
import org.peeredge.dts.engine.swarm.SwarmLimits;
import org.peeredge.dts.engine.transfer.EngineLimits;
import org.peeredge.dts.engine.transfer.EngineNode;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.routing.api.Routing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine as a component: there while the node is a member. Channel and codec plugins, handlers
 * and the upstream come and go while it runs.
 */
@Component(
        immediate = true,
        service = {
            Transfers.class,
            Flow.class,
            Mesh.class,
            Finder.class,
            Receipts.class,
            Bans.class
        },
        configurationPid = Engine.PID)
@Designate(ocd = EngineConfig.class)
public final class Engine implements Transfers, Flow, Mesh, Finder, Receipts, Bans {
    static final String PID = "org.peeredge.dts.engine";

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final int MAX_CHANNEL_FAILURES = 5;

    /**
     * Who asks waits longer after each failure: the fourth time it must not meet the same codec.
     */
    private static final int MAX_CODEC_FAILURES = 3;

    private final AtomicReference<@Nullable Upstream> upstream = new AtomicReference<>();
    private final Map<MeshHandler, Cancellable> handlers = new ConcurrentHashMap<>();
    private final PluginSlots<ChannelProvider> channels;
    private final PluginSlots<CodecProvider> codecs;
    private final FlowComponent flow;
    private final EngineNode node;

    /** Starts everything. */
    @Activate
    public Engine(
            @Reference Identity identity,
            @Reference Clock clock,
            @Reference Threads threads,
            @Reference Metrics metrics,
            @Reference ContentStore store,
            @Reference Routing routing,
            @Reference FlowComponent flow,
            EngineConfig config) {
        this.flow = flow;
        EngineNode.Settings settings = settings(config);
        MetricScope scope = metrics.scope();
        channels = slots("channel", MAX_CHANNEL_FAILURES, scope);
        codecs = slots("codec", MAX_CODEC_FAILURES, scope);
        node =
                new EngineNode(
                        new EngineNode.Parts(
                                identity,
                                clock,
                                threads,
                                scope,
                                store,
                                routing,
                                channels,
                                codecs,
                                () -> Optional.ofNullable(upstream.get())),
                        settings);
        flow.listen(node.flow()::rules);
        LOG.info("engine of node {} runs", identity.self().node().shortName());
    }

    /** Stops everything. */
    @Deactivate
    public void deactivate() {
        flow.unlisten();
        node.close();
    }

    private static <T> PluginSlots<T> slots(String family, int maxFailures, MetricScope scope) {
        Counter tripped =
                scope.counter(
                        "peeredge_dts_engine_plugins_tripped_total",
                        "Plugins taken out of use because they failed.",
                        "family",
                        family);
        return new PluginSlots<>(
                PluginSlots.DEFAULT_DRAIN,
                maxFailures,
                (type, reason) -> {
                    tripped.increment();
                    LOG.error(
                            "{} plugin '{}' is out of use: {}. Update or restart its bundle.",
                            family,
                            type,
                            reason);
                });
    }

    private static EngineNode.Settings settings(EngineConfig c) {
        ConfigCheck check = new ConfigCheck(PID);
        List<PeerAddress> bootstrap =
                Arrays.stream(c.bootstrap())
                        .filter(text -> !text.isBlank())
                        .map(text -> address(check, text))
                        .toList();
        PeersConfig.Lan lan = PeersConfig.Lan.defaults();
        PeersConfig defaults =
                PeersConfig.defaults(
                        bootstrap,
                        new PeersConfig.Lan(
                                c.lan_discovery(),
                                check.notBlank("lan.group", c.lan_group()),
                                check.range("lan.port", c.lan_port(), 1, 65_535),
                                lan.interval(),
                                lan.memory(),
                                lan.maxPerSecond()));
        SwarmLimits s = SwarmLimits.defaults();
        int transfers = check.range("transfers.max", c.transfers_max(), 1, 100_000);
        return new EngineNode.Settings(
                defaults.withMaxConnections(
                        check.range("connections.max", c.connections_max(), 1, 4_096)),
                limits(check, c, transfers),
                new SwarmLimits(
                        transfers,
                        s.helped(),
                        check.range(
                                "inflight.max.bytes", c.inflight_max_bytes(), 1L << 20, 1L << 34),
                        s.windowBytes(),
                        s.queuedPerPeer(),
                        s.queued(),
                        s.interestsPerPeer(),
                        s.interests(),
                        s.mapBytes()),
                receipts(check, c),
                check.range("workers", c.workers(), 1, 256));
    }

    private static ReceiptLimits receipts(ConfigCheck check, EngineConfig c) {
        return new ReceiptLimits(
                c.receipts(),
                check.range(
                        "receipt.bytes",
                        c.receipt_bytes(),
                        1L << 20,
                        ReceiptLimits.MAX_ENTRY_BYTES),
                Duration.ofSeconds(
                        check.range("receipt.idle.seconds", c.receipt_idle_seconds(), 1, 3_600)),
                check.range(
                        "unsigned.max.bytes",
                        c.unsigned_max_bytes(),
                        ReceiptLimits.MIN_UNSIGNED_BYTES,
                        1L << 40),
                check.range("receipts.kept", c.receipts_kept(), 0, 100_000));
    }

    private static EngineLimits limits(ConfigCheck check, EngineConfig c, int transfers) {
        return new EngineLimits(
                check.range("parked.max.bytes", c.parked_max_bytes(), 1L << 20, 1L << 34),
                check.range("send.buffers", c.send_buffers(), 4, 65_536),
                Duration.ofMillis(
                        check.range(
                                "send.timeout.millis", c.send_timeout_millis(), 1_000, 600_000)),
                EngineLimits.defaults().maxEncoders(),
                Duration.ofMillis(
                        check.range("codec.timeout.millis", c.codec_timeout_millis(), 100, 60_000)),
                check.range("max.abandoned.threads", c.max_abandoned_threads(), 0, 256),
                transfers,
                Duration.ofSeconds(
                        check.range("open.timeout.seconds", c.open_timeout_seconds(), 1, 600)),
                Duration.ofMillis(
                        check.range(
                                "available.timeout.millis",
                                c.available_timeout_millis(),
                                10,
                                60_000)));
    }

    private static PeerAddress address(ConfigCheck check, String text) {
        try {
            return PeerAddress.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw check.bad("bootstrap", text, "must be like tcp://host:7440");
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addChannel(ChannelProvider channel, Map<String, Object> properties) {
        channels.add(type(properties), ranking(properties), channel);
        node.channelsChanged();
    }

    void removeChannel(ChannelProvider channel) {
        channels.remove(channel);
        node.channelsChanged();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addCodec(CodecProvider codec, Map<String, Object> properties) {
        codecs.add(type(properties), ranking(properties), codec);
    }

    void removeCodec(CodecProvider codec) {
        codecs.remove(codec);
        node.codecGone(codec);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addHandler(MeshHandler handler, Map<String, Object> properties) {
        String topic = String.valueOf(properties.get(MeshHandler.TOPIC));
        handlers.put(handler, node.mesh().answer(topic, handler));
    }

    void removeHandler(MeshHandler handler) {
        Cancellable answering = handlers.remove(handler);
        if (answering != null) {
            answering.cancel();
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setUpstream(Upstream service) {
        upstream.set(service);
    }

    void unsetUpstream(Upstream service) {
        upstream.compareAndSet(service, null);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setDirectory(DirectoryStore service) {
        node.directory().set(service);
    }

    void unsetDirectory(DirectoryStore service) {
        node.directory().compareAndSet(service, null);
    }

    private static String type(Map<String, Object> properties) {
        return String.valueOf(properties.get(PluginSlots.TYPE));
    }

    private static int ranking(Map<String, Object> properties) {
        return properties.get("service.ranking") instanceof Integer ranking ? ranking : 0;
    }

    @Override
    public CompletionStage<Content> open(FetchRequest request) {
        return node.transfers().open(request);
    }

    @Override
    public CompletionStage<Void> publish(Digest digest) {
        return node.transfers().publish(digest);
    }

    @Override
    public CompletionStage<Set<Digest>> available(Set<Digest> digests) {
        return node.transfers().available(digests);
    }

    @Override
    public List<TransferInfo> list() {
        return node.transfers().list();
    }

    @Override
    public List<Receipt> last() {
        return node.receipts().last();
    }

    @Override
    public List<Receipt> export(NodeId giver, NodeId taker) {
        return node.receipts().export(giver, taker);
    }

    @Override
    public List<Fork> forks() {
        return node.receipts().forks();
    }

    @Override
    public CompletionStage<List<Limit>> inForce() {
        return node.flow().inForce();
    }

    @Override
    public List<Ban> bans() {
        return node.bans().bans();
    }

    @Override
    public CompletionStage<Optional<Ban>> lift(NodeId member) {
        return node.bans().lift(member);
    }

    @Override
    public CompletionStage<Found> find(Digest digest) {
        return node.finder().find(digest);
    }

    @Override
    public Tracker tracker() {
        return node.finder().tracker();
    }

    @Override
    public NodeId self() {
        return node.mesh().self();
    }

    @Override
    public List<Member> members() {
        return node.mesh().members();
    }

    @Override
    public CompletionStage<byte[]> request(
            NodeId to, String topic, byte[] payload, Duration timeout) {
        return node.mesh().request(to, topic, payload, timeout);
    }
}
