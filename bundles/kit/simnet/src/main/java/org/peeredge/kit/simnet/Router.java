// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

/**
 * A LAN's way to all other networks, shared by its nodes: one link up and one down, each a queue in
 * order of arrival. What nodes behind the same router send each other does not pass it.
 */
public final class Router {
    final Link link;
    final Way up;
    final Way down;
    private final String name;

    /** One direction: a queue, what may be under way to it, and the bulk that has passed. */
    static final class Way {
        final Port.Lane lane;
        final Port.Room room;
        long bytes;

        Way(SimNetwork network, long bitsPerSecond, Link link) {
            lane = new Port.Lane(network, bitsPerSecond, link.chunkBytes());
            room = new Port.Room(bitsPerSecond, link);
        }
    }

    Router(SimNetwork network, String name, Link link) {
        this.name = name;
        this.link = link;
        this.up = new Way(network, link.upBitsPerSecond(), link);
        this.down = new Way(network, link.downBitsPerSecond(), link);
    }

    /**
     * Other traffic, that yields to nothing, takes so much of the link both ways from now on.
     *
     * @param percent 0 to 99
     */
    public void taken(int percent) {
        if (percent < 0 || percent > 99) {
            throw new IllegalArgumentException("taken by " + percent + " percent");
        }
        up.lane.rate(link.upBitsPerSecond() * (100 - percent) / 100);
        down.lane.rate(link.downBitsPerSecond() * (100 - percent) / 100);
    }

    /** Bytes of bulk that have left its LAN so far. */
    public long upBytes() {
        return up.bytes;
    }

    /** Bytes of bulk that have come into its LAN so far. */
    public long downBytes() {
        return down.bytes;
    }

    @Override
    public String toString() {
        return name;
    }
}
