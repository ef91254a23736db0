// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.netty.runtime.EventLoops;
import org.peeredge.kernel.netty.tls.MeshContexts;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMetrics;
import org.peeredge.kit.tck.channel.ChannelTck;

/** The TCP channel is a channel. */
final class TcpChannelTckTest extends ChannelTck {
    private static final TestKernel SHARED = new TestKernel();
    private static final EventLoops LOOPS =
            new EventLoops(2, SHARED.threads(), SHARED.metrics().scope());

    private final Map<ChannelProvider, Node> nodes = new HashMap<>();

    @AfterAll
    static void stopLoops() {
        LOOPS.close();
        SHARED.close();
    }

    @BeforeAll
    static void startLoops() throws Exception {
        // Event loops start on their first task; they are not what a test leaves behind.
        for (var loop : LOOPS.eventLoops()) {
            loop.submit(() -> {}).get();
        }
    }

    @Override
    protected ChannelProvider start(Identity identity) {
        MeshContexts tls = new MeshContexts(identity, LOOPS.sslProvider());
        TestMetrics metrics = new TestMetrics();
        MetricScope scope = metrics.scope();
        ChannelProvider made =
                new TcpChannelProvider(
                        LOOPS,
                        tls,
                        identity,
                        kernel.threads(),
                        kernel.clock(),
                        scope,
                        settings(TcpSettings.DEFAULT_FRAME_BYTES));
        nodes.put(made, new Node(tls, metrics, scope));
        return made;
    }

    static TcpSettings settings(int maxFrameBytes) {
        return new TcpSettings(
                "127.0.0.1",
                0,
                List.of(),
                maxFrameBytes,
                2 << 20,
                64 << 20,
                50,
                5,
                Duration.ofSeconds(5));
    }

    @Override
    protected void stop(ChannelProvider provider) {
        assertInstanceOf(TcpChannelProvider.class, provider).close();
        Node node = nodes.remove(provider);
        if (node != null) {
            node.tls.close();
            assertEquals(0, node.metrics.value("peeredge_dts_channel_tcp_open_channels"));
            node.scope.close();
            assertEquals(0, node.metrics.size());
        }
    }

    private record Node(MeshContexts tls, TestMetrics metrics, MetricScope scope) {}

    @Override
    protected long pooledBytes() {
        return LOOPS.allocator().pinnedDirectMemory();
    }

    @Override
    protected boolean sendNoise(PeerAddress door, byte[] noise) throws Exception {
        try (Socket socket = new Socket(door.host(), door.port())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream().write(noise);
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // reset: cut off with noise unread
            return true;
        }
        return true;
    }
}
