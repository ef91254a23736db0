// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A node's place in the network: its connections and its two queues. */
public final class Port {
    final int number;
    final Link link;
    final Receiver receiver;
    final Map<Port, Integer> connections = new LinkedHashMap<>();
    final Lane up;
    final Lane down;

    private final String name;
    private final SimNetwork network;

    Port(SimNetwork network, int number, String name, Link link, Receiver receiver) {
        this.network = network;
        this.number = number;
        this.name = name;
        this.link = link;
        this.receiver = receiver;
        this.up = new Lane(network, link.upBitsPerSecond(), link.chunkBytes());
        this.down = new Lane(network, link.downBitsPerSecond(), link.chunkBytes());
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Its part of the delay, one way. */
    public long delayNanos() {
        return link.delayNanos();
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
     * Sends a message to a connected node.
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

    /** One direction of a link: serves the other ends in turn, a chunk each. */
    static final class Lane {
        private final SimNetwork network;
        private final long bitsPerSecond;
        private final int chunkBytes;
        private final Map<Port, ArrayDeque<Packet>> queues = new LinkedHashMap<>();
        private final ArrayDeque<Port> turn = new ArrayDeque<>();
        private boolean busy;
        long queuedBytes;

        Lane(SimNetwork network, long bitsPerSecond, int chunkBytes) {
            this.network = network;
            this.bitsPerSecond = bitsPerSecond;
            this.chunkBytes = chunkBytes;
        }

        void add(Port other, Packet packet) {
            queuedBytes += packet.bytes;
            ArrayDeque<Packet> queue = queues.computeIfAbsent(other, p -> new ArrayDeque<>());
            if (queue.isEmpty()) {
                turn.add(other);
            }
            queue.add(packet);
            serve();
        }

        /** Drops what waits for {@code other}, when the connection is gone. */
        void drop(Port other) {
            ArrayDeque<Packet> queue = queues.remove(other);
            if (queue != null) {
                turn.remove(other);
                for (Packet packet : queue) {
                    queuedBytes -= packet.bytes;
                    packet.lost.run();
                }
            }
        }

        private void serve() {
            if (busy || turn.isEmpty()) {
                return;
            }
            Port other = turn.removeFirst();
            ArrayDeque<Packet> queue = queues.get(other);
            Packet packet = queue == null ? null : queue.peekFirst();
            if (queue == null || packet == null) {
                throw new IllegalStateException("a turn without a packet");
            }
            long chunk = Math.min(chunkBytes, packet.bytes);
            long took = bitsPerSecond == 0 ? 0 : chunk * 8_000_000_000L / bitsPerSecond;
            queuedBytes -= chunk;
            packet.bytes -= chunk;
            boolean last = packet.bytes == 0;
            if (last) {
                queue.removeFirst();
            }
            if (!queue.isEmpty()) {
                turn.addLast(other);
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

    /** Told of each chunk that went through. */
    interface Served {
        void served(long bytes, boolean last);
    }

    /** A message, or a chunk of one, waiting in a lane. */
    static final class Packet {
        private long bytes;
        private final Served chunk;
        private final Runnable lost;

        Packet(long bytes, Served chunk, Runnable lost) {
            this.bytes = bytes;
            this.chunk = chunk;
            this.lost = lost;
        }
    }
}
