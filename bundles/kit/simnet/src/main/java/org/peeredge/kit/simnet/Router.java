// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

/**
 * A LAN's way to all other networks, shared by its nodes: one link up and one down, each a queue in
 * order of arrival. What nodes behind the same router send each other does not pass it.
 */
public final class Router {
    final Link link;
    final Port.Lane up;
    final Port.Lane down;
    final Port.Room upRoom;
    final Port.Room downRoom;

    private final String name;
    private long upBytes;
    private long downBytes;

    Router(SimNetwork network, String name, Link link) {
        this.name = name;
        this.link = link;
        this.up = new Port.Lane(network, link.upBitsPerSecond(), link.chunkBytes());
        this.down = new Port.Lane(network, link.downBitsPerSecond(), link.chunkBytes());
        this.upRoom = new Port.Room(link.upBitsPerSecond(), link);
        this.downRoom = new Port.Room(link.downBitsPerSecond(), link);
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
        up.rate(link.upBitsPerSecond() * (100 - percent) / 100);
        down.rate(link.downBitsPerSecond() * (100 - percent) / 100);
    }

    /** Bytes of bulk that have left its LAN so far. */
    public long upBytes() {
        return upBytes;
    }

    /** Bytes of bulk that have come into its LAN so far. */
    public long downBytes() {
        return downBytes;
    }

    void passedUp(long bytes) {
        upBytes += bytes;
    }

    void passedDown(long bytes) {
        downBytes += bytes;
    }

    @Override
    public String toString() {
        return name;
    }
}
