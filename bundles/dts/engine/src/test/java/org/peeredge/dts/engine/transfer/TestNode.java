// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Transfers.Content;
import org.peeredge.dts.api.Upstream;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Codecs;
import org.peeredge.dts.channel.memory.MemoryChannelProvider;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.channel.memory.MemorySettings;
import org.peeredge.dts.codec.none.NoneCodec;
import org.peeredge.dts.engine.peers.PeersConfig;
import org.peeredge.dts.engine.receipts.ReceiptLimits;
import org.peeredge.dts.engine.swarm.SwarmLimits;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.routing.api.Routing;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.TransferView;

/** A whole engine over the memory channel and a store in memory. */
final class TestNode implements AutoCloseable {
    static final UpstreamRef UPSTREAM = new UpstreamRef("registry.example", "library/thing");
    private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

    final TestKernel kernel = new TestKernel();
    final MemoryStore store = new MemoryStore();
    final TestIdentity identity;
    final EngineNode engine;
    final PluginSlots<CodecProvider> codecs;

    /** Codecs that were tripped off, with the reason; {@link #close} fails when it is not empty. */
    final List<String> trips = new CopyOnWriteArrayList<>();

    volatile @Nullable Upstream upstream;
    private final MemoryChannelProvider channel;
    private boolean closed;

    TestNode(TestMesh mesh, MemoryNetwork network, int port, int hubPort, Role... roles) {
        this(mesh, network, port, hubPort, EngineLimits.defaults(), roles);
    }

    TestNode(
            TestMesh mesh,
            MemoryNetwork network,
            int port,
            int hubPort,
            EngineLimits limits,
            Role... roles) {
        this(mesh, network, port, hubPort, limits, ReceiptLimits.defaults(), 64, roles);
    }

    /**
     * @param maxConnections to other members
     */
    TestNode(
            TestMesh mesh,
            MemoryNetwork network,
            int port,
            int hubPort,
            EngineLimits limits,
            int maxConnections,
            Role... roles) {
        this(mesh, network, port, hubPort, limits, ReceiptLimits.defaults(), maxConnections, roles);
    }

    TestNode(
            TestMesh mesh,
            MemoryNetwork network,
            int port,
            int hubPort,
            EngineLimits limits,
            ReceiptLimits receipts,
            Role... roles) {
        this(mesh, network, port, hubPort, limits, receipts, 64, roles);
    }

    private TestNode(
            TestMesh mesh,
            MemoryNetwork network,
            int port,
            int hubPort,
            EngineLimits limits,
            ReceiptLimits receipts,
            int maxConnections,
            Role... roles) {
        identity = mesh.member(roles);
        channel =
                new MemoryChannelProvider(
                        network,
                        identity,
                        kernel.threads(),
                        kernel.metrics().scope(),
                        new MemorySettings(port, 1 << 21, 4 << 20, 64 << 20, 64));
        PluginSlots<ChannelProvider> channels = slots(trips);
        channels.add(MemoryChannelProvider.TYPE, 0, channel);
        codecs = slots(trips);
        codecs.add(NoneCodec.TYPE, 0, new NoneCodec());
        List<PeerAddress> hub =
                port == hubPort
                        ? List.of()
                        : List.of(PeerAddress.parse("memory://memory:" + hubPort));
        engine =
                new EngineNode(
                        new EngineNode.Parts(
                                identity,
                                kernel.clock(),
                                kernel.threads(),
                                kernel.metrics().scope(),
                                store,
                                new Even(),
                                channels,
                                codecs,
                                () -> Optional.ofNullable(upstream)),
                        new EngineNode.Settings(
                                PeersConfig.defaults(hub, PeersConfig.Lan.off())
                                        .withMaxConnections(maxConnections),
                                limits,
                                SwarmLimits.defaults(),
                                receipts,
                                4,
                                Codecs.AUTO));
    }

    private static <T> PluginSlots<T> slots(List<String> trips) {
        return new PluginSlots<>(
                Duration.ofSeconds(5), 3, (type, reason) -> trips.add(type + ": " + reason));
    }

    NodeId id() {
        return identity.self().node();
    }

    boolean connected(TestNode other) {
        return engine.mesh().members().stream()
                .anyMatch(m -> m.node().equals(other.id()) && m.connected());
    }

    long connections() {
        return engine.mesh().members().stream().filter(Member::connected).count();
    }

    void publish(Digest digest) throws Exception {
        engine.transfers().publish(digest).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    CompletableFuture<Content> open(Digest digest, long sizeBytes, boolean withUpstream) {
        return engine.transfers()
                .open(
                        new FetchRequest(
                                digest,
                                sizeBytes,
                                withUpstream ? Optional.of(UPSTREAM) : Optional.empty()))
                .toCompletableFuture();
    }

    /** Opens, reads to the end, and waits until it is in the store. */
    byte[] fetch(Digest digest, boolean withUpstream) throws Exception {
        try (Content content = open(digest, -1, withUpstream).get(20, TimeUnit.SECONDS)) {
            byte[] all = readAll(content);
            content.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
            return all;
        }
    }

    static byte[] readAll(Content content) throws Exception {
        ByteBuffer all = ByteBuffer.allocate((int) content.sizeBytes());
        while (read(content, all.position(), all) > 0) {
            // the buffer moves on
        }
        return Arrays.copyOf(all.array(), all.position());
    }

    static int read(Content content, long offset, ByteBuffer into) throws Exception {
        return content.read(offset, into).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    double metric(String name, String... labels) {
        return kernel.metrics().value("peeredge_dts_engine_" + name, labels);
    }

    /** Waits for a condition that has no event. */
    void await(String what, BooleanSupplier condition) {
        long deadline = kernel.clock().nanos() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertTrue(deadline - kernel.clock().nanos() > 0, "never: " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Cuts every channel at once, as a killed machine would. */
    void kill() {
        channel.close();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        double faults = metric("internal_errors_total");
        engine.close();
        channel.close();
        assertEquals(List.of(), kernel.threads().failures());
        kernel.close();
        assertEquals(0, store.open(), "blobs left open");
        assertEquals(0, faults, "faults of the engine; see the log");
        assertEquals(List.of(), trips);
    }

    /** All sources alike. */
    private static final class Even implements Routing {
        @Override
        public CompletionStage<Plan> plan(TransferView view) {
            return CompletableFuture.completedStage(
                    new Plan(
                            view.peers().stream()
                                    .map(p -> new Plan.Share(p.node(), 1, 8 << 20))
                                    .toList()));
        }

        @Override
        public List<StrategyInfo> strategies() {
            return List.of();
        }

        @Override
        public String strategy() {
            return "even";
        }

        @Override
        public CompletionStage<Change> use(String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<NodeChange>> use(String type, String selector) {
            throw new UnsupportedOperationException();
        }
    }

    /** An upstream with one blob. */
    static Upstream upstreamOf(byte[] bytes, boolean confined, InputStream... stream) {
        return new Upstream() {
            @Override
            public boolean serves(UpstreamRef ref) {
                return ref.equals(UPSTREAM);
            }

            @Override
            public Body openForMembers(UpstreamRef ref, Digest digest, long offset) {
                if (confined) {
                    throw new NeverException("credentials are wanted");
                }
                return open(ref, digest, offset);
            }

            @Override
            public Body openRange(UpstreamRef ref, Digest digest, long offset, long length) {
                throw new NeverException("this upstream knows no ranges");
            }

            @Override
            public Body open(UpstreamRef ref, Digest digest, long offset) {
                return new Body() {
                    @Override
                    public long sizeBytes() {
                        return bytes.length;
                    }

                    @Override
                    public long offset() {
                        return 0;
                    }

                    @Override
                    public boolean confined() {
                        return confined;
                    }

                    @Override
                    public InputStream stream() {
                        return stream.length > 0 ? stream[0] : new ByteArrayInputStream(bytes);
                    }

                    @Override
                    public void close() {}
                };
            }
        };
    }
}
