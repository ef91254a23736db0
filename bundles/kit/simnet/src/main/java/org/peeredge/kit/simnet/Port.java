// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A node's place in the network: its connections and its two queues. */
public final class Port {
    final int number;
    final Link link;
    final Receiver receiver;
    final Map<Port, Integer> connections = new LinkedHashMap<>();
    final Lane up;
    final Lane down;

    /** What may be on its way to this node at once, from all others together. */
    final Room room;

    /** What its way to other networks leads through; null for none that it shares. */
    final @Nullable Router router;

    /** Set by the firewall; here, since it is asked for each message. */
    boolean frozen;

    boolean apart;

    private final String name;
    private final SimNetwork network;

    Port(
            SimNetwork network,
            int number,
            String name,
            Link link,
            @Nullable Router router,
            Receiver receiver) {
        this.router = router;
        this.network = network;
        this.number = number;
        this.name = name;
        this.link = link;
        this.receiver = receiver;
        this.up = new Lane(network, link.upBitsPerSecond(), link.chunkBytes());
        this.down = new Lane(network, link.downBitsPerSecond(), link.chunkBytes());
        this.room = new Room(link.downBitsPerSecond(), link);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its part of the delay, one way, within its own network. */
    public long delayNanos() {
        return link.delayNanos();
    }

    /** The delay to another node, one way, but for queues. */
    public long delayNanos(Port to) {
        long own = link.delayNanos() + to.link.delayNanos();
        return router == to.router ? own : own + delay(router) + delay(to.router);
    }

    private static long delay(@Nullable Router router) {
        return router == null ? 0 : router.link.delayNanos();
    }

    /** Whether a connection to {@code peer} is there. */
    public boolean isConnected(Port peer) {
        return connections.containsKey(peer);
    }

    /** The nodes that this one is connected to, oldest connection first; a copy. */
    public Set<Port> peers() {
        return new LinkedHashSet<>(connections.keySet());
    }

    /**
     * Sends a message to a connected node: up to {@link SimNetwork#SMALL_BYTES} ahead of bulk, else
     * as bulk.
     *
     * @param left runs when its last byte has left this node, or when it is known to be lost
     * @return false when there is no connection or the queue is full; then {@code left} never runs
     */
    public boolean send(Port to, Object message, long bytes, Runnable left) {
        return network.send(this, to, message, bytes, left);
    }

    @Override
    public String toString() {
        return name;
    }

    /** One direction of a link: serves its flows in turn, a chunk each. */
    static final class Lane {
        private final SimNetwork network;
        private final int chunkBytes;
        private final ArrayDeque<Flow> turn = new ArrayDeque<>();
        private @Nullable Flow[] flows = new Flow[8];
        private long bitsPerSecond;
        private boolean busy;
        long queuedBytes;

        Lane(SimNetwork network, long bitsPerSecond, int chunkBytes) {
            this.network = network;
            this.bitsPerSecond = bitsPerSecond;
            this.chunkBytes = chunkBytes;
        }

        /** The rate of what begins to be served from now on. */
        void rate(long newBitsPerSecond) {
            bitsPerSecond = newBitsPerSecond;
        }

        /** Adds bulk of the flow with the number {@code other}. */
        void add(int other, Packet packet) {
            queuedBytes += packet.bytes;
            Flow flow = flow(other);
            flow.bulk.add(packet);
            flow.bulkBytes += packet.bytes;
            serve();
        }

        /** Adds a packet that waits for at most {@code behindBytes} of the bulk that is there. */
        void addControl(int other, Packet packet, long behindBytes) {
            Flow flow = flow(other);
            packet.afterBytes = flow.servedBytes + Math.min(behindBytes, flow.bulkBytes);
            flow.control.add(packet);
            serve();
        }

        private Flow flow(int other) {
            if (other >= flows.length) {
                flows = Arrays.copyOf(flows, Math.max(other + 1, 2 * flows.length));
            }
            Flow flow = flows[other];
            if (flow == null) {
                flow = new Flow();
                flows[other] = flow;
            }
            if (flow.isEmpty()) {
                turn.add(flow);
            }
            return flow;
        }

        /** Drops what waits for {@code other}, when the connection is gone. */
        void drop(Port other) {
            Flow flow = other.number < flows.length ? flows[other.number] : null;
            if (flow != null) {
                flows[other.number] = null;
                turn.remove(flow);
                for (Packet p = flow.bulk.first; p != null; p = p.next) {
                    queuedBytes -= p.bytes;
                    p.lost.run();
                }
                for (Packet p = flow.control.first; p != null; p = p.next) {
                    p.lost.run();
                }
            }
        }

        /** Whose turn it is, of those to whom something may go now. */
        private @Nullable Flow next() {
            for (int i = turn.size(); i > 0; i--) {
                Flow flow = turn.removeFirst();
                if (flow.controlIsNext() || flow.bulk.getFirst().free(this)) {
                    return flow;
                }
                turn.addLast(flow);
            }
            return null;
        }

        private void serve() {
            if (busy) {
                return;
            }
            Flow flow = next();
            if (flow == null) {
                return;
            }
            boolean control = flow.controlIsNext();
            Packet packet = control ? flow.control.getFirst() : flow.bulk.getFirst();
            long chunk = control ? packet.bytes : Math.min(chunkBytes, packet.bytes);
            long took = bitsPerSecond == 0 ? 0 : chunk * 8_000_000_000L / bitsPerSecond;
            packet.bytes -= chunk;
            boolean last = packet.bytes == 0;
            if (control) {
                flow.control.removeFirst();
            } else {
                queuedBytes -= chunk;
                flow.bulkBytes -= chunk;
                flow.servedBytes += chunk;
                packet.rooms.forEach(room -> room.taken(chunk));
                if (last) {
                    flow.bulk.removeFirst();
                }
            }
            if (!flow.isEmpty()) {
                turn.addLast(flow);
            }
            busy = true;
            network.time()
                    .after(
                            took,
                            () -> {
                                busy = false;
                                packet.chunk.served(chunk, last);
                                serve();
                            });
        }
    }

    /**
     * Flow control, as TCP has it: bulk leaves its sender only while what is under way to each link
     * ahead is no more than that link carries in 50 ms and a round trip. Senders that found no room
     * are woken in turn.
     */
    static final class Room {
        private static final long QUEUE_NANOS = 50_000_000;
        private static final int LEAST_CHUNKS = 4;

        private final long limitBytes;
        private final LinkedHashSet<Lane> waiting = new LinkedHashSet<>();
        private long underWayBytes;

        Room(long bitsPerSecond, Link link) {
            long nanos = QUEUE_NANOS + 4 * link.delayNanos();
            long carried = bitsPerSecond / 8 * nanos / 1_000_000_000;
            limitBytes =
                    bitsPerSecond == 0
                            ? Long.MAX_VALUE
                            : Math.max((long) LEAST_CHUNKS * link.chunkBytes(), carried);
        }

        boolean free(Lane sender) {
            if (underWayBytes < limitBytes) {
                return true;
            }
            waiting.add(sender);
            return false;
        }

        void taken(long bytes) {
            underWayBytes += bytes;
        }

        /** Bytes came, or were lost on the way. */
        void given(long bytes) {
            underWayBytes -= bytes;
            while (underWayBytes < limitBytes && !waiting.isEmpty()) {
                Lane first = waiting.removeFirst();
                first.serve();
            }
        }
    }

    /** One connection's packets: control and bulk, each in order. */
    private static final class Flow {
        final Packets control = new Packets();
        final Packets bulk = new Packets();
        long bulkBytes;
        long servedBytes;

        boolean isEmpty() {
            return control.first == null && bulk.first == null;
        }

        boolean controlIsNext() {
            Packet head = control.first;
            return head != null && (bulk.first == null || head.afterBytes <= servedBytes);
        }
    }

    /** Packets in order, linked: a simulation has thousands of queues, most of them empty. */
    private static final class Packets {
        @Nullable Packet first;
        private @Nullable Packet last;

        void add(Packet packet) {
            if (last == null) {
                first = packet;
            } else {
                last.next = packet;
            }
            last = packet;
        }

        Packet getFirst() {
            if (first == null) {
                throw new IllegalStateException("a turn without a packet");
            }
            return first;
        }

        void removeFirst() {
            Packet head = getFirst();
            first = head.next;
            if (first == null) {
                last = null;
            }
        }
    }

    /** Told of each chunk that went through. */
    interface Served {
        void served(long bytes, boolean last);
    }

    /** A message, or a chunk of one, waiting in a lane. */
    static final class Packet {
        private long bytes;
        private long afterBytes;
        private @Nullable Packet next;
        private final List<Room> rooms;
        private final Served chunk;
        private final Runnable lost;

        Packet(long bytes, Served chunk, Runnable lost) {
            this(bytes, List.of(), chunk, lost);
        }

        /** Bulk that leaves only while there is room in all of {@code rooms}. */
        Packet(long bytes, List<Room> rooms, Served chunk, Runnable lost) {
            this.rooms = rooms;
            this.bytes = bytes;
            this.chunk = chunk;
            this.lost = lost;
        }

        private boolean free(Lane sender) {
            for (Room room : rooms) {
                if (!room.free(sender)) {
                    return false;
                }
            }
            return true;
        }
    }
}
