// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.ByteBuffer;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.kit.tck.TestMetrics;
import org.peeredge.kit.tck.TestRecords;

/** Nodes that have connections and nothing else, in virtual time. */
final class World {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final VirtualTime time;
    final FakeNet net;
    final TestMesh mesh;
    final List<Node> nodes = new ArrayList<>();

    World(long seed) {
        time = new VirtualTime(seed);
        net = new FakeNet(time);
        mesh = new TestMesh(time);
    }

    /** A node at port {@code number}, not started. */
    Node node(int number, int... bootstrap) {
        return node(mesh.member(), number, UnaryOperator.identity(), bootstrap);
    }

    Node node(
            TestIdentity identity,
            int number,
            UnaryOperator<PeersConfig> change,
            int... bootstrap) {
        List<PeerAddress> addresses = Arrays.stream(bootstrap).mapToObj(net::address).toList();
        PeersConfig config = PeersConfig.defaults(addresses, PeersConfig.Lan.off());
        Node node = new Node(identity, number, change.apply(config));
        nodes.add(node);
        return node;
    }

    boolean until(java.util.function.BooleanSupplier done) {
        return time.runUntil(PATIENCE, done);
    }

    final class Node implements PeerEvents {
        final FakeIdentity identity;
        final NodeId id;
        final PeerAddress address;
        final TestMetrics metrics = new TestMetrics();
        final PluginSlots<ChannelProvider> slots;
        final List<String> trips = new ArrayList<>();
        final FakeNet.Provider provider;
        final Peers peers;
        final Map<NodeId, Long> up = new HashMap<>();
        final Map<NodeId, Boolean> near = new HashMap<>();
        final List<String> log = new ArrayList<>();
        final List<Message> messages = new ArrayList<>();
        final List<byte[]> payloads = new ArrayList<>();
        final TestRecords records;

        Node(TestIdentity identity, int number, PeersConfig config) {
            this(identity, number, config, new TestRecords());
        }

        Node(TestIdentity from, int number, PeersConfig config, TestRecords records) {
            identity = new FakeIdentity(from);
            id = from.self().node();
            this.records = records;
            address = net.address(number);
            slots =
                    new PluginSlots<>(
                            Duration.ZERO, 3, (type, reason) -> trips.add(type + ": " + reason));
            provider = net.new Provider(from.self(), address);
            slots.add(FakeNet.TYPE, 0, provider);
            peers =
                    new Peers(
                            new PeersPorts(
                                    time.newLoop("test", "engine"),
                                    time,
                                    time,
                                    identity,
                                    slots,
                                    Optional.of(records),
                                    metrics.scope(),
                                    new FakeNetworks()),
                            config,
                            this);
        }

        Node start() {
            peers.start();
            return this;
        }

        void stop() {
            peers.stop();
            time.run(Duration.ZERO);
        }

        boolean sees(Node... others) {
            return Arrays.stream(others).allMatch(o -> up.containsKey(o.id));
        }

        long rtt(Node other) {
            return up.getOrDefault(other.id, 0L);
        }

        boolean near(Node other) {
            return near.getOrDefault(other.id, false);
        }

        double count(String name) {
            return metrics.value("peeredge_dts_engine_" + name);
        }

        @Override
        public void up(
                NodeId peer,
                Membership membership,
                boolean sameLan,
                long rttMicros,
                boolean lossy) {
            if (up.put(peer, rttMicros) != null) {
                throw new IllegalStateException("up twice without down");
            }
            near.put(peer, sameLan);
            log.add("up");
        }

        @Override
        public void measured(NodeId peer, boolean sameLan, long rttMicros) {
            if (up.put(peer, rttMicros) == null) {
                throw new IllegalStateException("measured while down");
            }
            near.put(peer, sameLan);
        }

        @Override
        public void down(NodeId peer) {
            if (up.remove(peer) == null) {
                throw new IllegalStateException("down while down");
            }
            log.add("down");
        }

        @Override
        public void message(NodeId peer, Message message) {
            messages.add(message);
        }

        @Override
        public void symbols(NodeId peer, SymbolsHeader header, Frame frame) {
            byte[] bytes = new byte[frame.bytes().remaining()];
            frame.bytes().get(bytes);
            payloads.add(bytes);
            frame.release();
        }
    }

    /** Hosts 10.0.0.1 to 10.0.0.9 are near each other; nothing is on this machine. */
    static final class FakeNetworks implements LocalNetworks {
        @Override
        public boolean near(String host) {
            return host.matches("10\\.0\\.0\\.[1-9]");
        }

        @Override
        public boolean mine(String host) {
            return false;
        }
    }

    /**
     * Unlike {@code TestIdentity}, each has its own revocation list: the number, signed by a byte.
     */
    static final class FakeIdentity implements Identity {
        private final TestIdentity from;
        private final List<Runnable> listeners = new ArrayList<>();
        private long number;

        FakeIdentity(TestIdentity from) {
            this.from = from;
        }

        TestIdentity from() {
            return from;
        }

        void revoked(long newNumber) {
            number = newNumber;
            List.copyOf(listeners).forEach(Runnable::run);
        }

        @Override
        public Membership self() {
            return from.self();
        }

        @Override
        public String meshId() {
            return from.meshId();
        }

        @Override
        public PrivateKey privateKey() {
            return from.privateKey();
        }

        @Override
        public List<X509Certificate> chain() {
            return from.chain();
        }

        @Override
        public byte[] sign(byte[] data) {
            return from.sign(data);
        }

        @Override
        public boolean verify(Membership by, byte[] data, byte[] signature) {
            return from.verify(by, data, signature);
        }

        @Override
        public Membership check(List<X509Certificate> chain) {
            return from.check(chain);
        }

        @Override
        public Membership check(byte[] certificate) {
            return from.check(certificate);
        }

        @Override
        public long revocationNumber() {
            return number;
        }

        @Override
        public byte[] revocations() {
            return number == 0
                    ? new byte[0]
                    : ByteBuffer.allocate(9).put((byte) 'S').putLong(number).array();
        }

        @Override
        public boolean offerRevocations(byte[] list) {
            if (list.length != 9 || list[0] != 'S') {
                throw new NeverException("not signed by the authority");
            }
            long offered = ByteBuffer.wrap(list).getLong(1);
            if (offered <= number) {
                return false;
            }
            revoked(offered);
            return true;
        }

        @Override
        public Cancellable onChange(Runnable listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }

        int listeners() {
            return listeners.size();
        }
    }

    /** A member with more roles. */
    TestIdentity origin() {
        return mesh.member(Role.ORIGIN);
    }
}
