// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Nodes and connections in virtual time. Same seed and same calls give the same {@link #trace}. Not
 * safe for use by several threads.
 */
public final class SimNetwork {
    /** Messages up to this many bytes are control: they overtake bulk on the same connection. */
    public static final int SMALL_BYTES = 4096;

    /** What the channel {@code tcp} holds where nothing overtakes it, on a slow link. */
    private static final long HELD_BYTES = 64 * 1024;

    private final VirtualTime time;
    private final Firewall firewall;
    private final List<Port> ports = new ArrayList<>();
    private long controlBehindBytes = HELD_BYTES;
    private int connectionNumber;
    private long trace;
    private long delivered;

    /** A network with no node. */
    public SimNetwork(VirtualTime time, RandomGenerator random) {
        this.time = time;
        this.firewall = new Firewall(random);
    }

    /** The time that it runs in. */
    public VirtualTime time() {
        return time;
    }

    /** What goes wrong. */
    public Firewall firewall() {
        return firewall;
    }

    /**
     * From now on a control message waits for at most so many bytes of the bulk that was sent
     * before it to the same node; 64 KiB unless set, 0 for the rest of a chunk only, {@code
     * Long.MAX_VALUE} for connections that keep the order of all that is sent.
     */
    public void controlBehind(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("behind " + bytes + " bytes");
        }
        controlBehindBytes = bytes;
    }

    /** Adds a node, not connected to any. */
    public Port attach(String name, Link link, Receiver receiver) {
        return attach(name, link, null, receiver);
    }

    /** Adds a node behind a router, not connected to any. */
    public Port attach(String name, Link link, @Nullable Router router, Receiver receiver) {
        Port port = new Port(this, ports.size(), name, link, router, receiver);
        ports.add(port);
        return port;
    }

    /** Adds a LAN's way to the others; its link's delay comes on top of the nodes' own. */
    public Router router(String name, Link link) {
        return new Router(this, name, link);
    }

    /** Connects two nodes; both are told. Nothing happens when they are connected already. */
    public void connect(Port a, Port b) {
        if (a == b || a.isConnected(b)) {
            return;
        }
        int number = ++connectionNumber;
        a.connections.put(b, number);
        b.connections.put(a, number);
        note(a.number, b.number, 1);
        a.receiver.connected(b);
        b.receiver.connected(a);
    }

    /** Ends a connection and loses what is under way on it; both are told. */
    public void cut(Port a, Port b) {
        if (!a.isConnected(b)) {
            return;
        }
        a.connections.remove(b);
        b.connections.remove(a);
        note(a.number, b.number, 2);
        a.up.drop(b);
        b.up.drop(a);
        a.down.drop(b);
        b.down.drop(a);
        a.receiver.disconnected(b);
        b.receiver.disconnected(a);
    }

    /** A number made of all that was delivered, connected and cut, in order, with its time. */
    public long trace() {
        return trace;
    }

    /** Messages delivered so far. */
    public long delivered() {
        return delivered;
    }

    boolean send(Port from, Port to, Object message, long bytes, Runnable left) {
        Integer connection = from.connections.get(to);
        if (connection == null) {
            return false;
        }
        if (bytes > SMALL_BYTES && from.up.queuedBytes + bytes > from.link.queueBytes()) {
            return false;
        }
        boolean small = bytes <= SMALL_BYTES;
        Transit transit = new Transit(from, to, connection, message, bytes);
        transit.lost = firewall.drops(from, to, message);
        Port.Packet packet =
                new Port.Packet(
                        bytes,
                        small ? List.of() : transit.rooms(),
                        (chunk, last) -> {
                            transit.crossed(chunk, last);
                            if (small && firewall.duplicates(from, to, message)) {
                                transit.crossed(chunk, last);
                            }
                            if (last) {
                                left.run();
                            }
                        },
                        left);
        if (small) {
            from.up.addControl(to.number, packet, controlBehindBytes);
        } else {
            from.up.add(to.number, packet);
        }
        return true;
    }

    private void deliver(Port from, Port to, int connection, Object message, long bytes) {
        Integer now = from.connections.get(to);
        if (now == null || now != connection || firewall.blocks(from, to)) {
            return;
        }
        delivered++;
        note(from.number, to.number, bytes * 31 + message.getClass().getName().hashCode());
        to.receiver.received(from, message, bytes);
    }

    private void note(long a, long b, long what) {
        long z = trace ^ (time.nanos() + a * 0x9e3779b97f4a7c15L + b * 0xc2b2ae3d27d4eb4fL + what);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        trace = z ^ (z >>> 31);
    }

    /** A message on its way: its chunks leave one link, cross, and pass the other. */
    private final class Transit {
        private final Port from;
        private final Port to;
        private final int connection;
        private final Object message;
        private final long bytes;
        private boolean lost;

        Transit(Port from, Port to, int connection, Object message, long bytes) {
            this.from = from;
            this.to = to;
            this.connection = connection;
            this.message = message;
            this.bytes = bytes;
        }

        /** The queues ahead that bulk needs room in. */
        List<Port.Room> rooms() {
            List<Port.Room> rooms = new ArrayList<>(3);
            rooms.add(to.room);
            if (from.router != to.router) {
                if (from.router != null) {
                    rooms.add(from.router.up.room);
                }
                if (to.router != null) {
                    rooms.add(to.router.down.room);
                }
            }
            return rooms;
        }

        /** Of bulk only: control takes no room. */
        private void given(Port.Room room, long chunk) {
            if (bytes > SMALL_BYTES) {
                room.given(chunk);
            }
        }

        private void given(long chunk) {
            given(to.room, chunk);
        }

        void crossed(long chunk, boolean last) {
            if (lost) {
                if (bytes > SMALL_BYTES) {
                    rooms().forEach(room -> room.given(chunk));
                }
                return;
            }
            Router router = from.router == to.router ? null : from.router;
            pass(router == null ? null : router.up, chunk, () -> out(chunk, last));
        }

        private void out(long chunk, boolean last) {
            long delay = from.delayNanos(to) + firewall.delays(from, to, message);
            time.after(delay, () -> in(chunk, last));
        }

        private void in(long chunk, boolean last) {
            Router router = from.router == to.router ? null : to.router;
            pass(router == null ? null : router.down, chunk, () -> arrived(chunk, last));
        }

        /** One queue for all: nothing is lost in it, even when the connection is gone. */
        private void pass(Router.@Nullable Way way, long chunk, Runnable next) {
            if (way == null) {
                next.run();
                return;
            }
            boolean bulk = bytes > SMALL_BYTES;
            Port.Lane lane = way.lane;
            Port.Packet packet =
                    new Port.Packet(
                            chunk,
                            (part, end) -> {
                                if (end) {
                                    given(way.room, chunk);
                                    way.bytes += bulk ? chunk : 0;
                                    next.run();
                                }
                            },
                            () -> {});
            if (bulk) {
                lane.add(0, packet);
            } else {
                lane.addControl(0, packet, Long.MAX_VALUE);
            }
        }

        private void arrived(long chunk, boolean last) {
            Integer now = from.connections.get(to);
            if (now == null || now != connection || firewall.blocks(from, to)) {
                lost = true;
            }
            if (lost) {
                given(chunk);
                return;
            }
            long[] left = {chunk};
            Port.Packet packet =
                    new Port.Packet(
                            chunk,
                            (part, end) -> {
                                left[0] -= part;
                                given(part);
                                if (last && end) {
                                    deliver(from, to, connection, message, bytes);
                                }
                            },
                            () -> given(left[0]));
            if (bytes <= SMALL_BYTES) {
                to.down.addControl(from.number, packet, Long.MAX_VALUE);
            } else {
                to.down.add(from.number, packet);
            }
        }
    }
}
