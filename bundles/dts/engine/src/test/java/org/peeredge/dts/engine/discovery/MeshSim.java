// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.MessageCodec;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kit.simnet.VirtualTime;

/**
 * Members that have a discovery and nothing else, by the thousand, in virtual time. Connections are
 * what {@link LinkPolicy} seeks; messages have the size that they have on the wire.
 */
final class MeshSim {
    /** Header of a frame, TLS record, TCP and IP: per message, as if each went alone. */
    static final int OVERHEAD_BYTES = 5 + 22 + 52;

    /** An acknowledgement that no answer carries. */
    static final int ACK_BYTES = 52;

    /** TCP, TLS 1.3 with certificates both ways, hello and the first list of members, one way. */
    static final int CONNECT_BYTES = 8_000;

    /** What tells one member of another. */
    static final int MEMBER_BYTES = OVERHEAD_BYTES + 60;

    /** A ping or a pong. */
    static final int PING_BYTES = OVERHEAD_BYTES + 16;

    /** Connections of a node at most. */
    private static final int PLACES = 64;

    static final long SECOND = 1_000_000_000L;
    static final long PING_NANOS = 120 * SECOND;
    static final long REST_NANOS = 480 * SECOND;
    private static final long POLICY_NANOS = 30 * SECOND;

    final VirtualTime time = new VirtualTime();
    final RandomGenerator random;
    final List<Node> nodes = new ArrayList<>();
    private final Map<NodeId, Node> byId = new HashMap<>();
    private final Map<Integer, List<Node>> networks = new HashMap<>();
    private final MessageCodec codec = new MessageCodec();
    private final DiscoverySettings settings;
    boolean cutNetworks;

    MeshSim(long seed, DiscoverySettings settings) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.settings = settings;
    }

    final class Node implements Port {
        final NodeId id;
        final int network;
        final int number = nodes.size();
        final Discovery discovery;
        final Map<NodeId, Node> links = new LinkedHashMap<>();
        final LinkPolicy policy = new LinkPolicy(PLACES);
        boolean alive;
        private int nearLinks;
        final Traffic said = new Traffic();

        Node(int network) {
            byte[] bytes = new byte[20];
            random.nextBytes(bytes);
            this.id = new NodeId(java.util.HexFormat.of().formatHex(bytes));
            this.network = network;
            this.discovery = new Discovery(id, settings, random, time::nanos, this);
        }

        void start() {
            alive = true;
            time.after(random.nextLong(SECOND), this::tick);
            time.after(random.nextLong(SECOND), this::connectAll);
        }

        private void tick() {
            if (alive) {
                discovery.tick();
                time.after(SECOND, this::tick);
            }
        }

        /** What Peers does every few seconds. */
        private void connectAll() {
            if (!alive) {
                return;
            }
            int far = 0;
            int near = 0;
            List<LinkPolicy.View> views = new ArrayList<>();
            for (Node other : links.values()) {
                boolean isNear = near(other);
                near += isNear ? 1 : 0;
                far += isNear ? 0 : 1;
                views.add(new LinkPolicy.View(other.id, isNear, true, discovery.needs(other.id)));
            }
            List<Node> neighbours = neighbours(network);
            int from = random.nextInt(neighbours.size());
            for (int i = 0; i < neighbours.size(); i++) {
                Node other = neighbours.get((from + i) % neighbours.size());
                if (policy.seeksNear(nodes.size(), near)
                        && !links.containsKey(other.id)
                        && reach(other)) {
                    connect(other);
                    near++;
                }
            }
            policy.leaving(views, nodes.size(), random, time.nanos())
                    .forEach(node -> cut(of(node)));
            for (int tries = 0; tries < 8 && seeksFar(far); tries++) {
                Node other = nodes.get(random.nextInt(nodes.size()));
                if (!links.containsKey(other.id) && reach(other) && !near(other)) {
                    connect(other);
                    far++;
                }
            }
            time.after(POLICY_NANOS / 2 + random.nextLong(POLICY_NANOS), this::connectAll);
        }

        private boolean seeksFar(int far) {
            return links.size() < PLACES && policy.seeksFar(nodes.size(), far);
        }

        private boolean refuses(Node other) {
            if (!policy.many(nodes.size()) || discovery.needs(other.id)) {
                return false;
            }
            return near(other)
                    ? policy.crowded(nodes.size(), nearLinks, tracker())
                    : !discovery.welcome(other.id, PLACES - links.size());
        }

        boolean near(Node other) {
            return other.network == network;
        }

        private boolean reach(Node other) {
            return other != this && other.alive && !(cutNetworks && halves(other));
        }

        private boolean halves(Node other) {
            return number % 2 != other.number % 2;
        }

        void connect(Node other) {
            if (links.containsKey(other.id) || !reach(other)) {
                return;
            }
            if (refuses(other) || other.refuses(this) || !room() || !other.room()) {
                return;
            }
            tellOfNew();
            other.tellOfNew();
            links.put(other.id, other);
            other.links.put(id, this);
            nearLinks += near(other) ? 1 : 0;
            other.nearLinks += near(other) ? 1 : 0;
            for (Node n : List.of(this, other)) {
                n.said.sent(Traffic.Kind.CONNECT, CONNECT_BYTES);
                n.said.received(Traffic.Kind.CONNECT, CONNECT_BYTES);
            }
            discovery.up(other.id, near(other), other.addresses());
            other.discovery.up(id, near(other), addresses());
        }

        /** Peers tells all of each new one, once. */
        private void tellOfNew() {
            for (Node to : links.values()) {
                said.sent(Traffic.Kind.MEMBERS, MEMBER_BYTES);
                to.said.received(Traffic.Kind.MEMBERS, MEMBER_BYTES);
            }
        }

        /**
         * Where all places are taken one from elsewhere that is not needed makes room, as in Peers.
         */
        private boolean room() {
            if (links.size() < PLACES) {
                return true;
            }
            List<Node> spare = new ArrayList<>(links.values());
            spare.removeIf(n -> near(n) || discovery.needs(n.id));
            if (spare.isEmpty()) {
                spare.addAll(links.values());
                spare.removeIf(n -> near(n) || !discovery.spares(n.id));
                spare.subList(0, Math.max(0, spare.size() - 1)).clear();
            }
            if (!spare.isEmpty()) {
                cut(spare.get(random.nextInt(spare.size())));
            }
            return !spare.isEmpty();
        }

        void cut(Node other) {
            if (links.remove(other.id) != null) {
                other.links.remove(id);
                nearLinks -= near(other) ? 1 : 0;
                other.nearLinks -= near(other) ? 1 : 0;
                discovery.down(other.id);
                other.discovery.down(id);
            }
        }

        /** As a machine that loses its power and whose channels are found dead. */
        void kill() {
            alive = false;
            List.copyOf(links.values()).forEach(this::cut);
        }

        @Override
        public void send(NodeId to, Message.Finding message) {
            Node other = links.get(to);
            if (other == null) {
                return;
            }
            int bytes = codec.encode(message).remaining() + OVERHEAD_BYTES;
            Traffic.Kind kind = Traffic.Kind.of(id, message);
            said.sent(kind, bytes);
            time.after(
                    delay(other),
                    () -> {
                        if (links.get(to) == other && other.alive) {
                            other.said.received(kind, bytes);
                            other.discovery.received(id, message);
                        }
                    });
        }

        private long delay(Node other) {
            return near(other) ? SECOND / 1000 : SECOND / 30;
        }

        @Override
        public void dial(NodeId node, List<String> addresses) {
            Node other = byId.get(node);
            if (other != null) {
                time.after(
                        3 * delay(other),
                        () -> {
                            if (alive) {
                                connect(other);
                            }
                        });
            }
        }

        @Override
        public List<String> addresses() {
            return List.of("tcp://192.168." + number / 250 + "." + number % 250 + ":7440");
        }

        boolean follows(Node other) {
            return discovery.status().tracker().filter(other.id::equals).isPresent();
        }

        boolean tracker() {
            return discovery.status().epoch() > 0;
        }
    }

    Node node(int network) {
        Node node = new Node(network);
        nodes.add(node);
        byId.put(node.id, node);
        networks.computeIfAbsent(network, _ -> new ArrayList<>()).add(node);
        return node;
    }

    Node of(NodeId id) {
        return java.util.Objects.requireNonNull(byId.get(id));
    }

    void run(long nanos) {
        time.runUntil(() -> false, time.nanos() + nanos);
    }

    boolean until(java.util.function.BooleanSupplier done, long nanos) {
        return time.runUntil(done, time.nanos() + nanos);
    }

    /** Searches and waits for the end. */
    Discovery.Result find(Node asker, long key) {
        List<Discovery.Result> result = new ArrayList<>();
        asker.discovery.find(key, result::add);
        until(() -> !result.isEmpty(), 20 * SECOND);
        return result.getFirst();
    }

    private List<Node> neighbours(int network) {
        return networks.getOrDefault(network, List.of());
    }

    List<Node> trackers(int network) {
        return neighbours(network).stream().filter(n -> n.alive && n.tracker()).toList();
    }

    int networkSize(int network) {
        return neighbours(network).size();
    }
}
