// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Link;
import org.peeredge.kit.simnet.Port;
import org.peeredge.kit.simnet.Receiver;
import org.peeredge.kit.simnet.Router;
import org.peeredge.kit.simnet.SimNetwork;
import org.peeredge.kit.simnet.VirtualTime;

/** A swarm in a unit test: real machines, simulated all else, one seed. */
final class SwarmSim {
    static final UpstreamRef REF = new UpstreamRef("registry.example", "app");
    static final long SECOND = 1_000_000_000;
    private static final int PACKET_BYTES = 1200;

    final long seed;
    final VirtualTime time = new VirtualTime();
    final SplittableRandom random;
    final SimNetwork network;
    final SimUpstream upstream = new SimUpstream();
    final List<SimNode> nodes = new ArrayList<>();
    final List<String> readable = new ArrayList<>();
    final Map<SimNode, Long> provisional = new LinkedHashMap<>();
    long tickNanos = 20 * SimNode.MILLI;

    /** The registry's own link; without one each node reads at the upstream's rate. */
    @Nullable Port registry;

    /** The LANs' ways to each other, where they have one. */
    final Map<Integer, Router> routers = new LinkedHashMap<>();

    /** The chance that a packet from a node is lost now; null for channels that lose nothing. */
    @Nullable Loses loss;

    /** The chance that a packet of a node, by its number, is lost at a time. */
    interface Loses {
        double chance(int node, long nanos);
    }

    /** What nodes code with, and how fast they are. */
    Coding coding = Coding.none();

    Map<String, Coding.Speed> speeds = Map.of();

    private final Map<Port, SimNode> byPort = new LinkedHashMap<>();
    private final Map<NodeId, SimNode> byId = new LinkedHashMap<>();
    private final Map<Digest, SimContent> contents = new LinkedHashMap<>();
    private final Set<List<SimNode>> banned = new LinkedHashSet<>();

    SwarmSim(long seed) {
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.network = new SimNetwork(time, random.split());
    }

    /** Bytes on the wire for bytes of payload in full Ethernet frames. */
    static long wireBytes(long payloadBytes) {
        return payloadBytes * 1514 / 1448;
    }

    /** A registry that all nodes can reach, unless told otherwise. */
    static final class SimUpstream {
        long delayNanos = 20 * SimNode.MILLI;
        long bytesPerSecond = 1 << 30;
        boolean present = true;
        boolean never;
        boolean confined;
        boolean noRanges;

        /** What it sends by ranges is not what it should be. */
        boolean falsifies;

        int refusals;
        int breakEvery;
        @Nullable SimNode only;
        private int pieces;

        boolean reachable(SimNode node) {
            return present && (only == null || only == node);
        }

        Optional<String> refuses(SimNode node) {
            if (refusals > 0) {
                refusals--;
                return Optional.of("502 from upstream");
            }
            return reachable(node) ? Optional.empty() : Optional.of("cannot be reached");
        }

        boolean breaks() {
            return breakEvery > 0 && ++pieces % breakEvery == 0;
        }

        long nanosFor(long bytes) {
            return bytes * SECOND / bytesPerSecond;
        }
    }

    /** What a client of a node asks for; asks again after failures that are not final. */
    final class Want {
        final SimNode node;
        final SimContent content;
        final boolean upstream;
        long begunNanos = -1;
        long doneNanos = -1;
        @Nullable String never;
        boolean background;
        private int tries;

        Want(SimNode node, SimContent content, boolean upstream) {
            this.node = node;
            this.content = content;
            this.upstream = upstream;
        }

        void begin() {
            if (doneNanos < 0 && never == null && node.alive) {
                begunNanos = begunNanos < 0 ? time.nanos() : begunNanos;
                node.event(
                        new Event.Wanted(
                                content.digest(),
                                content.sizeBytes(),
                                upstream ? Optional.of(REF) : Optional.empty(),
                                background));
            }
        }

        void failed(Action.Failed a) {
            if (a.never()) {
                never = a.reason();
            } else if (++tries < 50) {
                time.after(SECOND, this::begin);
            }
        }

        void completed() {
            doneNanos = time.nanos();
        }

        /** Whether somebody who lives still waits for it. */
        private boolean waits() {
            return node.alive && !node.hung && doneNanos < 0 && never == null;
        }
    }

    SimNode node(String name, int lan, Link link, Role... roles) {
        Set<Role> all = new LinkedHashSet<>(List.of(roles));
        all.add(Role.MEMBER);
        SimNode node = new SimNode(this, name, lan, all);
        Port port = network.attach(name, link, routers.get(lan), node);
        node.port = port;
        byPort.put(port, node);
        byId.put(node.id, node);
        nodes.add(node);
        if (registry != null) {
            network.connect(registry, port);
        }
        connect(node);
        ticks(node);
        return node;
    }

    /** Gives a LAN a way to all others that its members share; before its members. */
    Router wan(int lan, Link link) {
        Router router = network.router("wan" + lan, link);
        routers.put(lan, router);
        return router;
    }

    /** Puts the registry behind a link of its own; before the nodes. */
    void registryBehind(Link link) {
        registry =
                network.attach(
                        "registry",
                        link,
                        new Receiver() {
                            @Override
                            public void connected(Port peer) {}

                            @Override
                            public void disconnected(Port peer) {}

                            @Override
                            public void received(Port from, Object message, long bytes) {}
                        });
    }

    /** Connects a node with all that live and have no quarrel with it. */
    void connect(SimNode node) {
        for (SimNode other : nodes) {
            if (other != node && other.alive && !banned.contains(List.of(node, other))) {
                network.connect(other.port(), node.port());
            }
        }
    }

    /** Connects all that live and have no quarrel, as a mesh does after cuts. */
    void reconnect() {
        for (SimNode node : nodes) {
            if (node.alive) {
                connect(node);
            }
        }
    }

    /** Takes a node away for good. */
    void cut(SimNode node) {
        node.kill();
    }

    /** Whether a frame of symbols is lost: it is when one of its packets is. */
    boolean lost(SimNode from, int bytes) {
        if (loss == null) {
            return false;
        }
        double arrives =
                Math.pow(
                        1 - loss.chance(nodes.indexOf(from), time.nanos()),
                        Math.ceilDiv(bytes, PACKET_BYTES));
        return random.nextDouble() >= arrives;
    }

    void ticks(SimNode node) {
        tick(node, node.swarm(), random.nextLong(tickNanos), time.nanos());
    }

    /** As in a node: a busy machine is woken each {@link #tickNanos}, another each second. */
    private void tick(SimNode node, Swarm swarm, long nanos, long toldNanos) {
        time.after(
                nanos,
                () -> {
                    if (node.alive && node.swarm() == swarm) {
                        boolean due = swarm.busy() || time.nanos() - toldNanos >= SECOND;
                        if (due) {
                            node.event(new Event.Tick());
                        }
                        tick(node, swarm, tickNanos, due ? time.nanos() : toldNanos);
                    }
                });
    }

    SimContent content(String name, long sizeBytes) {
        SimContent content = SimContent.of(name, sizeBytes);
        contents.put(content.digest(), content);
        return content;
    }

    SimContent content(Digest digest) {
        SimContent content = contents.get(digest);
        if (content == null) {
            throw new IllegalArgumentException("unknown " + digest);
        }
        return content;
    }

    /** Puts a complete blob on a node's disk, signed by that node. */
    void give(SimNode node, SimContent content) {
        SimDisk.Blob blob = node.disk.blob(content.digest());
        blob.have.set(0, content.pieces());
        blob.genuine.set(0, content.pieces());
        blob.complete = true;
        blob.map = SimContent.signed(content.map(), node.id);
        node.event(new Event.Held(content.digest(), content.sizeBytes(), false));
    }

    Want want(SimNode node, SimContent content, boolean withUpstream) {
        Want want = new Want(node, content, withUpstream);
        node.wants.put(content.digest(), want);
        want.begin();
        return want;
    }

    /** As {@link #want}, and nobody waits for it. */
    Want wantAhead(SimNode node, SimContent content, boolean withUpstream) {
        Want want = new Want(node, content, withUpstream);
        want.background = true;
        node.wants.put(content.digest(), want);
        want.begin();
        return want;
    }

    void punish(SimNode by, NodeId peer) {
        SimNode other = byId(peer);
        banned.add(List.of(by, other));
        banned.add(List.of(other, by));
        time.after(0, () -> network.cut(by.port(), other.port()));
    }

    void readable(SimNode node, Action.Readable a) {
        readable.add(node.id.shortName() + (a.provisional() ? " provisional" : " checked"));
        if (a.provisional()) {
            provisional.put(node, (long) a.pieces());
        }
    }

    SimNode node(Port port) {
        SimNode node = byPort.get(port);
        if (node == null) {
            throw new IllegalArgumentException("unknown " + port);
        }
        return node;
    }

    SimNode byId(NodeId id) {
        SimNode node = byId.get(id);
        if (node == null) {
            throw new IllegalArgumentException("unknown " + id);
        }
        return node;
    }

    Port port(NodeId id) {
        return byId(id).port();
    }

    long rttMicros(SimNode a, SimNode b) {
        return 2 * a.port().delayNanos(b.port()) / 1000;
    }

    /** Runs until all wants of living nodes are done or failed for good. */
    boolean run(List<Want> wants, long seconds) {
        @Nullable Want[] open = new Want[1]; // asked before each event: the last one first
        return time.runUntil(
                () -> {
                    if (open[0] != null && open[0].waits()) {
                        return false;
                    }
                    open[0] = wants.stream().filter(Want::waits).findFirst().orElse(null);
                    return open[0] == null;
                },
                time.nanos() + seconds * SECOND);
    }

    void runFor(long nanos) {
        time.runUntil(() -> false, time.nanos() + nanos);
    }
}
