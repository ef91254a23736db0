// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Real multicast between nodes of this machine, on a port that was free a moment ago. */
class LanDiscoveryTest {
    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final Loop loop = kernel.threads().newLoop("test", "engine");
    private final PeersConfig.Lan config =
            new PeersConfig.Lan(
                    true,
                    "239.255.74.40",
                    freePort(),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    100);
    private final PeerMetrics metrics = new PeerMetrics(kernel.metrics().scope());

    @AfterEach
    void close() {
        loop.close();
        kernel.close();
    }

    private static int freePort() {
        try (DatagramSocket socket = new DatagramSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private LanDiscovery node(TestIdentity identity, int port, LanDiscovery.Heard heard) {
        PeersPorts ports =
                new PeersPorts(
                        loop,
                        kernel.clock(),
                        kernel.threads(),
                        identity,
                        new PluginSlots<>(Duration.ZERO, 3, (_, _) -> {}),
                        Optional.empty(),
                        kernel.metrics().scope(),
                        new InterfaceNetworks());
        Connection.Hop hop =
                task -> {
                    loop.execute(task);
                    return true;
                };
        return new LanDiscovery(
                config,
                ports,
                hop,
                metrics,
                () -> List.of(new PeerAddress("tcp", "127.0.0.1", port)),
                interval -> interval,
                heard);
    }

    private void stop(LanDiscovery... all) throws Exception {
        for (LanDiscovery one : all) {
            CompletableFuture<Void> over = new CompletableFuture<>();
            loop.execute(() -> {
                one.stop();
                over.complete(null);
            });
            over.get(5, TimeUnit.SECONDS);
            one.join();
        }
    }

    @Test
    void nodesOfOneMachineFindEachOtherAndNobodyElse() throws Exception {
        TestIdentity a = mesh.member();
        TestIdentity b = mesh.member();
        TestIdentity stranger = new TestMesh(kernel.clock()).member();
        CompletableFuture<NodeId> aHeard = new CompletableFuture<>();
        CompletableFuture<NodeId> bHeard = new CompletableFuture<>();
        CompletableFuture<String> wrong = new CompletableFuture<>();
        LanDiscovery atA =
                node(
                        a,
                        1,
                        (node, addresses, _) -> {
                            assertEquals(
                                    new PeerAddress("tcp", "127.0.0.1", 2), addresses.getFirst());
                            aHeard.complete(node);
                        });
        LanDiscovery atB = node(b, 2, (node, _, _) -> bHeard.complete(node));
        LanDiscovery other = node(stranger, 3, (node, _, _) -> wrong.complete(node.hex()));
        loop.execute(atA::start);
        loop.execute(atB::start);
        loop.execute(other::start);
        assertEquals(b.self().node(), aHeard.get(10, TimeUnit.SECONDS));
        assertEquals(a.self().node(), bHeard.get(10, TimeUnit.SECONDS));
        stop(atA, atB, other);
        assertTrue(!wrong.isDone());
        assertEquals(List.of(), kernel.threads().failures());
    }

    @Test
    void floodsAreDroppedAndCounted() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        LanDiscovery one = node(mesh.member(), 1, (_, _, _) -> heard.countDown());
        loop.execute(one::start);
        byte[] junk = new byte[100];
        try (DatagramSocket socket = new DatagramSocket()) {
            long deadline = kernel.clock().nanos() + Duration.ofSeconds(10).toNanos();
            while (metrics.droppedBeacons.sum() < 300 && kernel.clock().nanos() < deadline) {
                socket.send(
                        new DatagramPacket(
                                junk,
                                junk.length,
                                InetAddress.getLoopbackAddress(),
                                config.port()));
            }
        }
        assertTrue(metrics.droppedBeacons.sum() >= 300);
        assertEquals(1, heard.getCount());
        stop(one);
        assertEquals(List.of(), kernel.threads().failures());
    }

    @Test
    void loopbackIsAmongTheNearNetworks() throws Exception {
        InterfaceNetworks networks = new InterfaceNetworks();
        assertTrue(networks.near("127.0.0.1") && networks.mine("127.0.0.1"));
        assertTrue(!networks.near("203.0.113.9") && !networks.mine("example.org"));
        for (NetworkInterface nif : NetworkInterface.networkInterfaces().toList()) {
            nif.inetAddresses()
                    .forEach(i ->
                            assertTrue(networks.mine(i.getHostAddress().replaceFirst("%.*", ""))));
        }
    }
}
