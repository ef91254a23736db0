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
    /** Up to so many members known all are connected. */
    public static final int ALL = 64;

    /** Neighbours that are sought. */
    public static final int NEAR = 40;

    /** Members elsewhere that are sought. */
    public static final int FAR_SOUGHT = 4;

    /** Members elsewhere that are kept without need. */
    public static final int FAR_KEPT = 8;

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

    private long turnNanos;
    private boolean turning;

    /** Whether more members elsewhere, that are not needed, are to be dialled. */
    public static boolean seeksFar(int known, int far) {
        return known <= ALL || far < FAR_SOUGHT;
    }

    /** Whether more neighbours are to be dialled. */
    public static boolean seeksNear(int near) {
        return near < NEAR;
    }

    /** Whom to give up now. */
    public List<NodeId> leaving(
            List<View> links, int known, RandomGenerator random, long nowNanos) {
        if (known <= ALL) {
            return List.of();
        }
        List<NodeId> free = new ArrayList<>();
        int far = 0;
        for (View link : links) {
            if (!link.near) {
                far++;
                if (link.idle && !link.needed) {
                    free.add(link.node);
                }
            }
        }
        int over = Math.min(LEAVE_AT_ONCE, far - FAR_KEPT);
        if (over <= 0) {
            over = far >= FAR_SOUGHT && turn(random, nowNanos) ? 1 : 0;
        }
        List<NodeId> out = new ArrayList<>();
        while (out.size() < over && !free.isEmpty()) {
            out.add(free.remove(random.nextInt(free.size())));
        }
        return out;
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
