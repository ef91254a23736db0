// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.peeredge.dts.api.channel.Frame;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.trust.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From an open channel to a connected member and to its end: the hello, who may come in, which
 * channel stays. On the loop, but for {@link #get} and {@link #all}.
 */
final class Members implements ConnectionOwner {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);

    /** What connected members do. */
    interface Inbox {
        void up(Connection connection);

        /**
         * Its end.
         *
         * @param dialAgain false when another channel to it takes over
         */
        void down(Connection connection, boolean dialAgain);

        /** A channel ended before its member was connected. */
        void neverUp(Connection connection);

        void message(Connection connection, Message message);

        void symbols(Connection connection, SymbolsHeader header, Frame frame);

        void writable(Connection connection);

        void misbehaved(Connection connection, String reason);
    }

    /** Who goes and who stays outside where there are more members than places. */
    interface Crowd {
        /** Who goes when all places are taken and this member from elsewhere comes. */
        default Optional<Connection> spare(NodeId comes) {
            return Optional.empty();
        }

        /** Whether as many like this one have a place as may have one. */
        default boolean refuses(NodeId comes, boolean near) {
            return false;
        }
    }

    private final Loop loop;
    private final Clock clock;
    private final Identity identity;
    private final LocalNetworks networks;
    private final NodeId self;
    private final PeersConfig config;
    private final PeerMetrics metrics;
    private final Bans bans;
    private final Predicate<Connection> near;
    private final Supplier<List<PeerAddress>> addresses;
    private final Inbox inbox;
    private final Map<NodeId, Connection> connected = new ConcurrentHashMap<>();
    private final Set<Connection> open = new HashSet<>();
    private Crowd crowd = new Crowd() {};
    private boolean stopped;

    /** What this node says of itself in each hello; set before the first. */
    LongSupplier features = () -> 0;

    Members(
            PeersPorts ports,
            PeersConfig config,
            PeerMetrics metrics,
            Bans bans,
            Predicate<Connection> near,
            Supplier<List<PeerAddress>> addresses,
            Inbox inbox) {
        this.loop = ports.loop();
        this.clock = ports.clock();
        this.identity = ports.identity();
        this.networks = ports.networks();
        this.self = identity.self().node();
        this.config = config;
        this.metrics = metrics;
        this.bans = bans;
        this.near = near;
        this.addresses = addresses;
        this.inbox = inbox;
    }

    /** Asked before a member is let in; set once, before the first. */
    void crowd(Crowd decides) {
        crowd = decides;
    }

    /** Any thread. */
    Optional<Connection> get(NodeId node) {
        return Optional.ofNullable(connected.get(node));
    }

    /** Any thread; a view. */
    Collection<Connection> all() {
        return Collections.unmodifiableCollection(connected.values());
    }

    /** Any thread; the host at the other end of each. */
    Map<NodeId, String> remotes() {
        Map<NodeId, String> hosts = new HashMap<>();
        connected.forEach((node, c) -> hosts.put(node, c.channel().remote().host()));
        return hosts;
    }

    /** Whether it is connected, or about to be. */
    boolean busyWith(NodeId node) {
        return connected.containsKey(node)
                || open.stream().anyMatch(c -> !c.closing() && c.node().equals(node));
    }

    /** Open channels, said hello or not. */
    Collection<Connection> open() {
        return List.copyOf(open);
    }

    @Override
    public void opened(Connection c) {
        NodeId node = c.node();
        open.add(c);
        if (stopped) {
            c.close("this node is stopping");
        } else if (node.equals(self)) {
            c.close("this is this node itself");
        } else if (bans.banned(node)) {
            refuse(c, "banned");
        } else if (open.size() - connected.size() > config.maxConnections()) {
            refuse(c, "too many channels that have not said hello");
        } else if (c.dialled && superfluous(c)) {
            c.close("connected already");
        } else {
            greet(c);
        }
    }

    private boolean superfluous(Connection c) {
        Connection there = connected.get(c.node());
        return (there != null && Admission.superfluous(self, there, clock.nanos()))
                || open.stream()
                        .anyMatch(o ->
                                o != c
                                        && o.dialled
                                        && !o.up
                                        && !o.closing()
                                        && o.node().equals(c.node()));
    }

    private void greet(Connection c) {
        List<String> mine =
                addresses.get().stream()
                        .limit(Limits.MAX_ADDRESSES)
                        .map(PeerAddress::toString)
                        .toList();
        c.send(
                new Message.Hello(
                        Limits.VERSION,
                        features.getAsLong(),
                        mine,
                        identity.revocationNumber(),
                        certificate()));
        loop.schedule(
                config.helloTimeout(),
                () -> {
                    if (!c.up && !c.closing()) {
                        c.close("no hello within " + config.helloTimeout().toMillis() + " ms");
                    }
                });
    }

    private byte[] certificate() {
        try {
            byte[] mine = identity.chain().getFirst().getEncoded();
            return mine.length <= Limits.MAX_CERTIFICATE_BYTES ? mine : new byte[0];
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("our own certificate cannot be encoded", e);
        }
    }

    private void refuse(Connection c, String reason) {
        metrics.refusedPeers.increment();
        c.close(reason);
    }

    @Override
    public void message(Connection c, Message message) {
        if (message instanceof Message.Hello hello) {
            if (c.up) {
                broke(c, "a second hello");
            } else {
                hello(c, hello);
            }
        } else if (c.up) {
            c.confirmed = true;
            inbox.message(c, message);
        } else if (c.channel().traits().ordered() && !c.closing()) {
            broke(c, "a message before hello");
        }
    }

    private void hello(Connection c, Message.Hello hello) {
        c.knownRevocations = hello.revocationNumber();
        c.features = hello.features();
        boolean loopback = networks.mine(c.channel().remote().host());
        c.addresses =
                hello.addresses().stream()
                        .filter(a ->
                                Gossip.parse(a)
                                        .filter(p -> loopback || !networks.loopback(p.host()))
                                        .isPresent())
                        .toList();
        Connection there = connected.get(c.node());
        if (there != null) {
            if (!Admission.replaces(self, c, there, clock.nanos())) {
                c.close("the other channel to it stays");
                return;
            }
            end(there, false);
            there.close("a newer channel to it takes over");
        } else if (crowd.refuses(c.node(), near.test(c))
                || (connected.size() >= config.maxConnections() && !makeRoom(c))) {
            refuse(c, "all " + config.maxConnections() + " places are taken");
            return;
        }
        c.up = true;
        c.upSinceNanos = clock.nanos();
        connected.put(c.node(), c);
        LOG.info(
                "member {} is connected over {} at {}",
                c.node().shortName(),
                c.type,
                c.channel().remote());
        inbox.up(c);
    }

    private boolean makeRoom(Connection c) {
        Optional<Connection> leaves =
                near.test(c)
                        ? Admission.leastUseful(connected.values(), near)
                        : crowd.spare(c.node());
        leaves.ifPresent(l -> {
            end(l, true);
            refuse(l, "another member takes its place");
        });
        return leaves.isPresent();
    }

    @Override
    public void symbols(Connection c, SymbolsHeader header, Frame frame) {
        if (c.up) {
            c.confirmed = true;
            inbox.symbols(c, header, frame);
            return;
        }
        frame.release();
        if (c.channel().traits().ordered() && !c.closing()) {
            broke(c, "symbols before hello");
        }
    }

    /** A frame that can be read, at a time when it may not come. */
    private void broke(Connection c, String how) {
        metrics.malformedFrames.increment();
        inbox.misbehaved(c, how);
    }

    @Override
    public void malformed(Connection c, String problem) {
        inbox.misbehaved(c, "a malformed frame: " + problem);
    }

    @Override
    public void writable(Connection c) {
        if (c.up) {
            inbox.writable(c);
        }
    }

    @Override
    public void closed(Connection c, String reason) {
        open.remove(c);
        if (c.up) {
            LOG.info("member {} is no longer connected: {}", c.node().shortName(), reason);
            end(c, true);
        } else if (!connected.containsKey(c.node())) {
            inbox.neverUp(c);
        }
    }

    private void end(Connection c, boolean dialAgain) {
        c.up = false;
        connected.remove(c.node(), c);
        inbox.down(c, dialAgain);
    }

    void stop() {
        stopped = true;
        new ArrayList<>(open).forEach(c -> c.close("this node is stopping"));
    }
}
