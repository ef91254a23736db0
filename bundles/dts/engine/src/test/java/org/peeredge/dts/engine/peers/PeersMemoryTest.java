// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.channel.memory.MemoryChannelProvider;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.channel.memory.MemorySettings;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.kit.tck.TestMetrics;

/** The same connections with real threads and the real memory channel. */
class PeersMemoryTest {
    private static final Digest DIGEST = new Digest("sha256", "0123456789abcdef".repeat(4));

    private final TestKernel kernel = new TestKernel();
    private final MemoryNetwork network = new MemoryNetwork();
    private final TestMesh mesh = new TestMesh(kernel.clock());

    private final class Node implements PeerEvents {
        final TestIdentity identity = mesh.member();
        final Loop loop = kernel.threads().newLoop("test", "engine");
        final MemoryChannelProvider provider =
                new MemoryChannelProvider(
                        network,
                        identity,
                        kernel.threads(),
                        new TestMetrics().scope(),
                        MemorySettings.defaults());
        final PluginSlots<ChannelProvider> slots =
                new PluginSlots<>(Duration.ofSeconds(5), 3, (_, _) -> {});
        final Peers peers;
        final ConcurrentHashMap<NodeId, CountDownLatch> ups = new ConcurrentHashMap<>();
        final BlockingQueue<byte[]> payloads = new LinkedBlockingQueue<>();

        Node(List<PeerAddress> bootstrap) {
            slots.add(MemoryChannelProvider.TYPE, 0, provider);
            peers =
                    new Peers(
                            new PeersPorts(
                                    loop,
                                    kernel.clock(),
                                    kernel.threads(),
                                    identity,
                                    slots,
                                    Optional.empty(),
                                    new TestMetrics().scope(),
                                    new InterfaceNetworks()),
                            PeersConfig.defaults(bootstrap, PeersConfig.Lan.off()),
                            this);
            peers.start();
        }

        NodeId id() {
            return identity.self().node();
        }

        CountDownLatch upLatch(NodeId node) {
            return ups.computeIfAbsent(node, _ -> new CountDownLatch(1));
        }

        void awaitUp(Node other) throws InterruptedException {
            assertTrue(upLatch(other.id()).await(10, TimeUnit.SECONDS), "not connected");
        }

        void stop() {
            peers.stop();
            provider.close();
            loop.close();
        }

        @Override
        public void up(
                NodeId peer,
                Membership membership,
                boolean sameLan,
                long rttMicros,
                boolean lossy) {
            upLatch(peer).countDown();
        }

        @Override
        public void measured(NodeId peer, boolean sameLan, long rttMicros) {
            assertTrue(rttMicros > 0);
        }

        @Override
        public void down(NodeId peer) {}

        @Override
        public void message(NodeId peer, Message message) {}

        @Override
        public void symbols(NodeId peer, SymbolsHeader header, Frame frame) {
            byte[] bytes = new byte[frame.bytes().remaining()];
            frame.bytes().get(bytes);
            frame.release();
            payloads.add(bytes);
        }
    }

    private static PeerAddress address(Node node) throws Exception {
        CompletableFuture<PeerAddress> there = new CompletableFuture<>();
        Runnable look =
                new Runnable() {
                    @Override
                    public void run() {
                        List<PeerAddress> now = node.peers.addresses();
                        if (now.isEmpty()) {
                            var _ = node.loop.schedule(Duration.ofMillis(5), this);
                        } else {
                            there.complete(now.getFirst());
                        }
                    }
                };
        node.loop.execute(look);
        return there.get(10, TimeUnit.SECONDS);
    }

    @Test
    void threeNodesTalkAndLeaveNothingBehind() throws Exception {
        Residue before = Residue.now();
        Node a = new Node(List.of());
        PeerAddress hub = address(a);
        Node b = new Node(List.of(hub));
        Node c = new Node(List.of(hub));
        a.awaitUp(b);
        a.awaitUp(c);
        b.awaitUp(a);
        CodecId codec = new CodecId("none", 4, 0, 262_144);
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] payload = new byte[262_144];
            payload[0] = (byte) i;
            SymbolsHeader header = new SymbolsHeader(DIGEST, i / 4, codec, i % 4, 1, new byte[0]);
            sent.add(
                    a.peers
                            .sendSymbols(b.id(), header, ByteBuffer.wrap(payload))
                            .toCompletableFuture());
        }
        for (int i = 0; i < 40; i++) {
            byte[] got = b.payloads.poll(10, TimeUnit.SECONDS);
            assertTrue(got != null && got[0] == i, "payload " + i);
        }
        for (CompletableFuture<Void> s : sent) {
            s.get(10, TimeUnit.SECONDS);
        }
        var _ = c.peers.answer("echo", (_, payload) -> CompletableFuture.completedFuture(payload));
        byte[] question = "hello".getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(
                question,
                a.peers
                        .ask(c.id(), "echo", question, Duration.ofSeconds(5))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS));
        a.stop();
        b.stop();
        c.stop();
        assertEquals(List.of(), kernel.threads().failures());
        kernel.close();
        before.assertBack();
    }
}
