// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine;

import java.time.Duration;
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
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.Codecs;
import org.peeredge.dts.api.discovery.DirectoryStore;
import org.peeredge.dts.api.discovery.Finder;
import org.peeredge.dts.api.receipt.Fork;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.Receipts;
import org.peeredge.dts.engine.flow.FlowComponent;
import org.peeredge.dts.engine.transfer.EngineNode;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
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
            Bans.class,
            Codecs.class
        },
        configurationPid = Engine.PID)
@Designate(ocd = EngineConfig.class)
public final class Engine implements Transfers, Flow, Mesh, Finder, Receipts, Bans, Codecs {
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
        EngineNode.Settings settings = EngineSettings.of(config);
        MetricScope scope = metrics.scope();
        channels = slots("channel", MAX_CHANNEL_FAILURES, scope, () -> {});
        codecs = slots("codec", MAX_CODEC_FAILURES, scope, this::codecsChanged);
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

    private void codecsChanged() {
        node.codecs().changed();
    }

    private static <T> PluginSlots<T> slots(
            String family, int maxFailures, MetricScope scope, Runnable onTrip) {
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
                    onTrip.run();
                });
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
        node.codecs().changed();
    }

    void removeCodec(CodecProvider codec) {
        codecs.remove(codec);
        node.codecs().changed();
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
    public String chosen() {
        return node.codecs().chosen();
    }

    @Override
    public String inUse() {
        return node.codecs().inUse();
    }

    @Override
    public CompletionStage<Codecs.Change> use(String type) {
        return node.codecs().use(type);
    }

    @Override
    public CompletionStage<Void> measured(String type, CodecSpeed speed) {
        return node.codecs().measured(type, speed);
    }

    @Override
    public Map<String, CodecSpeed> measured() {
        return node.codecs().measured();
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
