// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.discovery.Discovery;
import org.peeredge.dts.engine.discovery.DiscoverySettings;
import org.peeredge.dts.engine.discovery.Keys;
import org.peeredge.dts.engine.discovery.LinkPolicy;
import org.peeredge.dts.engine.discovery.Port;
import org.peeredge.dts.engine.peers.AddressBook.Reach;
import org.peeredge.dts.engine.peers.AddressBook.Source;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Drives the {@link Discovery} over the connections, and decides with {@link LinkPolicy} which of
 * them there are. On the loop, but for {@link #find}, {@link #holds} and {@link #status}.
 */
final class Discovering implements Port, Finding, Members.Crowd {
    private static final Duration TICK = Duration.ofSeconds(1);

    /** A connection without a word about content for so long may be given up. */
    private static final Duration UNUSED = Duration.ofMinutes(10);

    /** A connection that was not used for so long may make room for a newcomer. */
    private static final Duration SPARE = Duration.ofSeconds(30);

    /** For so long a member that was given up is not dialled without need. */
    private static final Duration REST = Duration.ofMinutes(30);

    private final PeersPorts ports;
    private final PeersConfig config;
    private final Connection.Hop hop;
    private final Members members;
    private final Neighbours neighbours;
    private final Directory directory;
    private final AddressBook book;
    private final Dialer dialer;
    private final Doors doors;
    private final Discovery discovery;
    private final LinkPolicy policy;
    private final Set<Long> held = new HashSet<>();
    private volatile Discovery.Status status;
    private boolean stopped;

    Discovering(
            PeersPorts ports,
            PeersConfig config,
            Connection.Hop hop,
            Members members,
            Neighbours neighbours,
            Directory directory,
            AddressBook book,
            Dialer dialer,
            Doors doors) {
        this.ports = ports;
        this.config = config;
        this.hop = hop;
        this.members = members;
        this.neighbours = neighbours;
        this.directory = directory;
        this.book = book;
        this.dialer = dialer;
        this.doors = doors;
        this.policy = new LinkPolicy(config.maxConnections());
        this.discovery =
                new Discovery(
                        ports.identity().self().node(),
                        DiscoverySettings.defaults(),
                        ports.threads().random(),
                        ports.clock()::nanos,
                        this);
        this.status = discovery.status();
    }

    void start() {
        ports.loop()
                .schedule(
                        TICK,
                        () -> {
                            if (!stopped) {
                                start();
                                members.all().forEach(c -> discovery.near(c.node(), near(c)));
                                discovery.tick();
                                status = discovery.status();
                            }
                        });
    }

    private boolean near(Connection c) {
        return neighbours.near(c);
    }

    /** Others may take the part at once. */
    void stop() {
        stopped = true;
        discovery.stop();
    }

    void up(Connection c) {
        discovery.up(c.node(), near(c), c.addresses);
    }

    /** Whether it was given up here, so that nobody waits for its return. */
    boolean down(Connection c) {
        discovery.down(c.node());
        if (c.givenUp) {
            book.rest(c.node(), ports.clock().nanos() + REST.toNanos());
        }
        return c.givenUp;
    }

    /** What a member says of addresses on this machine is only for members on this machine. */
    void message(Connection c, Message.Finding message) {
        boolean loopback = ports.networks().mine(c.channel().remote().host());
        discovery.received(
                c.node(),
                switch (message) {
                    case Message.Found m when !loopback ->
                            new Message.Found(m.id(), outside(m.holders()), outside(m.trackers()));
                    default -> message;
                });
    }

    private List<Message.PeerHint> outside(List<Message.PeerHint> hints) {
        return hints.stream()
                .map(h ->
                        new Message.PeerHint(
                                h.node(),
                                h.addresses().stream()
                                        .filter(a ->
                                                Gossip.parse(a)
                                                        .filter(p -> !loopback(p))
                                                        .isPresent())
                                        .toList()))
                .toList();
    }

    private boolean loopback(PeerAddress address) {
        return ports.networks().loopback(address.host());
    }

    @Override
    public CompletionStage<Discovery.Result> find(Digest digest) {
        CompletableFuture<Discovery.Result> result = new CompletableFuture<>();
        boolean taken = hop.run(() -> discovery.find(Keys.of(digest), result::complete));
        if (!taken) {
            result.complete(new Discovery.Result(Set.of(), "this node is stopping", 0));
        }
        return result;
    }

    @Override
    public void holds(Digest digest, boolean now) {
        hop.run(() -> note(Keys.of(digest), now));
    }

    @Override
    public void holds(Collection<Digest> all) {
        hop.run(() -> {
            Set<Long> keys = new HashSet<>();
            all.forEach(d -> keys.add(Keys.of(d)));
            List.copyOf(held).stream().filter(k -> !keys.contains(k)).forEach(k -> note(k, false));
            keys.forEach(k -> note(k, true));
        });
    }

    @Override
    public void hint(NodeId tracker, List<String> addresses) {
        hop.run(() -> discovery.hint(tracker, addresses));
    }

    private void note(long key, boolean now) {
        if (now && held.add(key)) {
            discovery.hold(key);
        } else if (!now && held.remove(key)) {
            discovery.drop(key);
        }
    }

    @Override
    public Discovery.Status status() {
        return status;
    }

    /** Gives up what is not needed; comes every few seconds. */
    void trim() {
        long now = ports.clock().nanos();
        List<LinkPolicy.View> views = new ArrayList<>();
        for (Connection c : members.all()) {
            boolean idle = now - c.contentNanos > UNUSED.toNanos();
            views.add(new LinkPolicy.View(c.node(), near(c), idle, discovery.needs(c.node())));
        }
        policy.leaving(views, directory.known(), ports.threads().random(), now)
                .forEach(node ->
                        members.get(node)
                                .ifPresent(c -> {
                                    c.givenUp = true;
                                    c.close("it is not needed and makes room for others");
                                }));
    }

    /** For one that is needed any that brings nothing; else one that has heard of others by now. */
    @Override
    public Optional<Connection> spare(NodeId comes) {
        Optional<Connection> free = spare(comes, c -> !discovery.needs(c.node()));
        return free.isPresent() ? free : spare(comes, c -> discovery.spares(c.node()));
    }

    private Optional<Connection> spare(NodeId comes, Predicate<Connection> may) {
        boolean needed = discovery.needs(comes);
        if (!needed && !policy.many(directory.known())) {
            return Optional.empty();
        }
        long now = ports.clock().nanos();
        List<Connection> out = new ArrayList<>();
        for (Connection c : members.all()) {
            long used = needed ? c.payloadNanos : Math.max(c.contentNanos, c.upSinceNanos);
            boolean unused = now - used > SPARE.toNanos() || (needed && used == c.openedNanos);
            if (!near(c) && unused && may.test(c)) {
                out.add(c);
            }
        }
        if (out.isEmpty()) {
            return Optional.empty();
        }
        Connection c = out.get(ports.threads().random().nextInt(out.size()));
        c.givenUp = true;
        return Optional.of(c);
    }

    @Override
    public boolean refuses(NodeId comes, boolean near) {
        int known = directory.known();
        if (!policy.many(known) || discovery.needs(comes)) {
            return false;
        }
        return near
                ? policy.crowded(known, nearCount(), status.epoch() > 0)
                : !discovery.welcome(comes, config.maxConnections() - members.all().size());
    }

    /** Whether it is this node's tracker, whose end has to be noticed soon. */
    boolean follows(NodeId node) {
        return status.tracker().filter(node::equals).isPresent();
    }

    private int nearCount() {
        int near = 0;
        for (Connection c : members.all()) {
            near += near(c) ? 1 : 0;
        }
        return near;
    }

    /** Tells the dialer whom to look for. */
    void room() {
        int all = members.all().size() + dialer.dialling();
        int known = directory.known();
        int near = nearCount();
        boolean nearer = policy.seeksNear(known, near);
        if (all < config.maxConnections() && policy.seeksFar(known, all - near)) {
            dialer.reach(Reach.ALL);
        } else {
            dialer.reach(nearer ? Reach.NEAR : Reach.SOUGHT);
        }
    }

    @Override
    public void send(NodeId to, Message.Finding message) {
        members.get(to).ifPresent(c -> c.send(message));
    }

    @Override
    public void dial(NodeId node, List<String> addresses) {
        for (String text : addresses) {
            Gossip.parse(text).ifPresent(a -> directory.hint(a, node, Source.EXCHANGE));
        }
        book.seek(node, ports.clock().nanos());
        hop.run(dialer::pump);
    }

    @Override
    public List<String> addresses() {
        return doors.addresses().stream()
                .limit(Limits.MAX_ADDRESSES)
                .map(PeerAddress::toString)
                .toList();
    }
}
