// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.peeredge.kernel.api.NodeId;

/**
 * Which connections a node seeks and gives up. While few members are known it is connected to all
 * of them. Beyond that: to its neighbours, as many as is good for one LAN, to those that it needs,
 * and to a few others at random, one of which makes room for another now and then, so that nobody
 * can surround a node for long.
 */
public final class LinkPolicy {
    /** How often one of the others makes room, per node. */
    public static final long TURN_NANOS = 20 * 60 * Scene.SECOND;

    private static final int LEAVE_AT_ONCE = 2;

    /**
     * A connection.
     *
     * @param idle nothing of content was said over it for a while
     * @param needed {@link Discovery#needs}
     */
    public record View(NodeId node, boolean near, boolean idle, boolean needed) {}

    private final int places;
    private long turnNanos;
    private boolean turning;

    /**
     * A policy for a node with so many places. With 64 it connects to all while it knows 48 at
     * most; of more it seeks 40 neighbours and 4 others, and keeps 48 and 8. What is left is for
     * whoever searches, or is new.
     */
    public LinkPolicy(int places) {
        this.places = places;
    }

    /** Whether there are more members than this node connects to. */
    public boolean many(int known) {
        return known > places * 3 / 4;
    }

    /** Whether more members elsewhere, that are not needed, are to be dialled. */
    public boolean seeksFar(int known, int far) {
        return !many(known) || far < farSought();
    }

    /** Whether more neighbours are to be dialled. */
    public boolean seeksNear(int known, int near) {
        return !many(known) || near < Math.max(1, places * 5 / 8);
    }

    /**
     * Whether a neighbour that comes now would take a place that is for those from elsewhere. A
     * tracker keeps more of these, for other trackers and for those who come to ask.
     */
    public boolean crowded(int known, int near, boolean tracker) {
        return many(known) && near >= (tracker ? nearKept() : places - places / 8);
    }

    private int farSought() {
        return Math.max(2, places / 16);
    }

    private int farKept() {
        return Math.max(3, places / 8);
    }

    private int nearKept() {
        return Math.max(2, places * 3 / 4);
    }

    /** Whom to give up now. */
    public List<NodeId> leaving(
            List<View> links, int known, RandomGenerator random, long nowNanos) {
        if (!many(known)) {
            return List.of();
        }
        List<NodeId> out = new ArrayList<>();
        int far = count(links, false);
        int over = Math.min(LEAVE_AT_ONCE, far - farKept());
        if (over <= 0) {
            over = far >= farSought() && turn(random, nowNanos) ? 1 : 0;
        }
        choose(links, false, over, random, out);
        int crowd = Math.min(LEAVE_AT_ONCE, count(links, true) - nearKept());
        choose(links, true, crowd, random, out);
        return out;
    }

    private static int count(List<View> links, boolean near) {
        return (int) links.stream().filter(l -> l.near == near).count();
    }

    private static void choose(
            List<View> links, boolean near, int count, RandomGenerator random, List<NodeId> out) {
        if (count <= 0) {
            return;
        }
        List<NodeId> free = new ArrayList<>();
        for (View link : links) {
            if (link.near == near && link.idle && !link.needed) {
                free.add(link.node);
            }
        }
        for (int i = 0; i < count && !free.isEmpty(); i++) {
            out.add(free.remove(random.nextInt(free.size())));
        }
    }

    private boolean turn(RandomGenerator random, long nowNanos) {
        if (turning && nowNanos - turnNanos < 0) {
            return false;
        }
        boolean due = turning;
        turning = true;
        turnNanos = nowNanos + TURN_NANOS / 2 + random.nextLong(TURN_NANOS);
        return due;
    }
}
