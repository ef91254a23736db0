// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds members in the same network by IPv4 multicast, on every interface and on loopback, so that
 * several nodes of one machine find each other too. Beacons go out quickly at first, then at the
 * interval. One thread reads, one at a time sends; both end with {@link #stop}. Datagrams do not
 * leave the network: their time to live is 1.
 */
final class LanDiscovery {
    private static final Logger LOG = LoggerFactory.getLogger(LanDiscovery.class);
    private static final Duration QUICK = Duration.ofMillis(250);
    private static final int READ_BYTES = 2048;

    /** Called on the loop for each beacon of another node of this mesh. */
    interface Heard {
        void heard(NodeId node, List<PeerAddress> addresses, String fromHost);
    }

    private final PeersConfig.Lan config;
    private final Threads threads;
    private final Loop loop;
    private final Connection.Hop hop;
    private final Clock clock;
    private final PeerMetrics metrics;
    private final String mesh;
    private final NodeId self;
    private final Supplier<List<PeerAddress>> addresses;
    private final UnaryOperator<Duration> pace;
    private final Heard heard;
    private final Map<String, MembershipKey> joined = new HashMap<>();
    private @Nullable DatagramChannel channel;
    private @Nullable ExecutorService pool;
    private @Nullable Cancellable timer;
    private Duration wait = QUICK;
    private boolean sending;
    private boolean stopped;

    LanDiscovery(
            PeersConfig.Lan config,
            PeersPorts ports,
            Connection.Hop hop,
            PeerMetrics metrics,
            Supplier<List<PeerAddress>> addresses,
            UnaryOperator<Duration> pace,
            Heard heard) {
        this.pace = pace;
        this.config = config;
        this.threads = ports.threads();
        this.loop = ports.loop();
        this.hop = hop;
        this.clock = ports.clock();
        this.metrics = metrics;
        this.mesh = ports.identity().meshId().substring(0, Beacon.MESH_DIGITS);
        this.self = ports.identity().self().node();
        this.addresses = addresses;
        this.heard = heard;
    }

    /** On the loop. Where multicast cannot be had the node goes on without it and says so. */
    void start() {
        try {
            InetAddress group = InetAddress.ofLiteral(config.group());
            DatagramChannel open = DatagramChannel.open(StandardProtocolFamily.INET);
            channel = open;
            open.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (open.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                open.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            open.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            open.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1);
            open.bind(new InetSocketAddress(config.port()));
            ExecutorService workers = threads.newVirtualPool(Peers.BUNDLE, "lan");
            pool = workers;
            workers.execute(() -> read(open));
            InetSocketAddress to = new InetSocketAddress(group, config.port());
            send(open, workers, to);
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "no discovery in the local network, since UDP port {} cannot be opened: {}. Give"
                            + " this node a bootstrap address, or set lan.port for the whole mesh",
                    config.port(),
                    Errors.text(e));
            closeChannel();
        }
    }

    /** On the loop: this node's addresses changed, say so soon. */
    void announce() {
        wait = QUICK;
        DatagramChannel open = channel;
        ExecutorService workers = pool;
        if (open != null && workers != null && !sending) {
            send(open, workers, new InetSocketAddress(config.group(), config.port()));
        }
    }

    private void send(DatagramChannel open, ExecutorService workers, InetSocketAddress to) {
        Cancellable old = timer;
        if (old != null) {
            old.cancel();
        }
        if (stopped) {
            return;
        }
        List<PeerAddress> mine = addresses.get();
        sending = true;
        workers.execute(() -> {
            shout(open, to, new Beacon(mesh, self, mine));
            hop.run(() -> {
                sending = false;
                if (!stopped) {
                    timer = loop.schedule(wait, () -> send(open, workers, to));
                    wait = wait.multipliedBy(2);
                    Duration longest = pace.apply(config.interval());
                    wait = wait.compareTo(longest) > 0 ? longest : wait;
                }
            });
        });
    }

    /**
     * Joins new interfaces too: a cable may be plugged in later. Without an address it only joins.
     */
    private void shout(DatagramChannel open, InetSocketAddress to, Beacon beacon) {
        ByteBuffer bytes = beacon.encode();
        for (NetworkInterface nif : interfaces()) {
            try {
                MembershipKey key = joined.get(nif.getName());
                if (key == null || !key.isValid()) {
                    joined.put(nif.getName(), open.join(to.getAddress(), nif));
                }
                if (!beacon.addresses().isEmpty()) {
                    open.setOption(StandardSocketOptions.IP_MULTICAST_IF, nif);
                    open.send(bytes.duplicate(), to);
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.debug("no multicast on {}: {}", nif.getName(), Errors.text(e));
            }
        }
    }

    private static List<NetworkInterface> interfaces() {
        List<NetworkInterface> out = new ArrayList<>();
        try {
            for (NetworkInterface nif : NetworkInterface.networkInterfaces().toList()) {
                boolean ipv4 = nif.inetAddresses().anyMatch(a -> a.getAddress().length == 4);
                // Linux does not flag loopback as multicast, but it works there.
                if (nif.isUp() && ipv4 && (nif.supportsMulticast() || nif.isLoopback())) {
                    out.add(nif);
                }
            }
        } catch (SocketException e) {
            LOG.debug("interfaces cannot be listed now", e);
        }
        return out;
    }

    /** The reading thread: decodes, limits the rate, hands on; nothing else. */
    private void read(DatagramChannel open) {
        ByteBuffer in = ByteBuffer.allocate(READ_BYTES);
        long windowStart = clock.nanos();
        int inWindow = 0;
        while (open.isOpen()) {
            try {
                in.clear();
                InetSocketAddress from = (InetSocketAddress) open.receive(in);
                long now = clock.nanos();
                if (now - windowStart > 1_000_000_000L) {
                    windowStart = now;
                    inWindow = 0;
                }
                if (from == null || ++inWindow > config.maxPerSecond()) {
                    metrics.droppedBeacons.increment();
                } else {
                    handle(in.flip(), from.getAddress().getHostAddress());
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.debug("a multicast datagram could not be read", e);
                metrics.droppedBeacons.increment();
            }
        }
    }

    private void handle(ByteBuffer in, String fromHost) {
        Optional<Beacon> beacon = Beacon.decode(in);
        if (beacon.isEmpty()) {
            metrics.droppedBeacons.increment();
            return;
        }
        Beacon b = beacon.get();
        if (b.mesh().equals(mesh) && !b.node().equals(self)) {
            metrics.beacons.increment();
            hop.run(() -> {
                if (!stopped) {
                    heard.heard(b.node(), b.addresses(), fromHost);
                }
            });
        }
    }

    /** On the loop: no beacon any more; the socket is closed and its thread ends. */
    void stop() {
        stopped = true;
        Cancellable t = timer;
        if (t != null) {
            t.cancel();
        }
        closeChannel();
    }

    /** Not on the loop: waits until both threads have ended. */
    void join() {
        ExecutorService workers = pool;
        if (workers != null) {
            workers.close();
        }
    }

    private void closeChannel() {
        DatagramChannel open = channel;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("closing the multicast socket failed", e);
            }
        }
    }
}
