// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayList;
import java.util.List;
import org.peeredge.dts.engine.discovery.Scene.Link;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.kernel.api.NodeId;

/**
 * Where there are many trackers they are parted: each keeps what is held at those of its own slice,
 * its kin, and stays connected to some of each other slice, its covers, who are asked for the rest.
 * A slice is all ids whose hash begins with the same bits, as many as the depth. Each tracker
 * chooses its depth by how many kin it has; those of unlike depth get on, since each says its own
 * and is told, and asked, only what belongs to it.
 *
 * <p>Cells are the slices of the greatest depth; a set of them is the bits of a long.
 */
final class Slices {
    private static final int BITS = Limits.MAX_SLICE_BITS;
    private static final int CELLS = 1 << BITS;
    private static final long ALL = -1L >>> (Long.SIZE - CELLS);

    /** One of the covers of a slice may be new itself and know little: two are asked. */
    private static final int COVERS = 2;

    /** After a change of depth a tracker has not heard of all its kin for a while. */
    private static final long SETTLE_NANOS = 10 * 60 * Scene.SECOND;

    private final Scene scene;
    private final long mine;
    private int depth;
    private int heard;
    private long settledNanos;

    Slices(Scene scene) {
        this.scene = scene;
        this.mine = of(scene.self);
    }

    /** Apart from the rank: those who are elected are all high in that. */
    static long of(NodeId tracker) {
        return Keys.mix(Keys.rank(tracker));
    }

    /** Whether two are of one slice at that depth. */
    static boolean same(long a, long b, int depth) {
        return depth == 0 || (a ^ b) >>> (Long.SIZE - depth) == 0;
    }

    /** The number of a slice at that depth. */
    static int number(long slice, int depth) {
        return depth == 0 ? 0 : (int) (slice >>> (Long.SIZE - depth));
    }

    /** What a tracker of that slice and depth keeps. */
    static long cells(long slice, int depth) {
        int width = CELLS >> depth;
        return (-1L >>> (Long.SIZE - width)) << (number(slice, depth) * width);
    }

    /** Whether a connected tracker keeps what is held at {@code other}. */
    static boolean keeps(Link link, long other) {
        return same(link.slice, other, link.depth);
    }

    long mine() {
        return mine;
    }

    int depth() {
        return depth;
    }

    boolean kin(long other) {
        return same(mine, other, depth);
    }

    /** Somebody's depth: where to begin, should this node become tracker. */
    void heard(int depth) {
        heard = depth;
    }

    /** This node becomes tracker. */
    void begin() {
        depth = heard;
        settledNanos = scene.now + SETTLE_NANOS;
    }

    /** Whether the depth has changed, which it does where it has too many kin, or too few. */
    boolean fit(int kin) {
        int most = scene.settings.kin();
        if (kin > most && depth < BITS) {
            depth++;
        } else if (kin < most / 4 && depth > 0 && scene.now - settledNanos >= 0) {
            depth--;
        } else {
            return false;
        }
        settledNanos = scene.now + SETTLE_NANOS;
        return true;
    }

    private long others() {
        return ALL & ~cells(mine, depth);
    }

    /** Whether an id is of a slice that neither this tracker nor anyone connected keeps. */
    boolean missing(long slice) {
        return (cells(slice, BITS) & missing()) != 0;
    }

    /** The cells that neither this tracker nor anyone connected keeps. */
    long missing() {
        long left = others();
        for (Link link : scene.links.values()) {
            if (link.tracker(scene.now)) {
                left &= ~cells(link.slice, link.depth);
            }
        }
        return left;
    }

    /**
     * Whether this tracker has enough like that one, which may make room for one that it lacks: kin
     * beyond those that it seeks, and those of whose slices it has others; the oldest stay.
     */
    boolean spare(Link link) {
        int kin = 0;
        long covered = 0;
        for (Link other : scene.links.values()) {
            if (other == link) {
                break;
            }
            if (other.tracker(scene.now)) {
                kin += kin(other.slice) ? 1 : 0;
                covered |= cells(other.slice, other.depth);
            }
        }
        return kin(link.slice)
                ? kin >= scene.settings.links()
                : (cells(link.slice, link.depth) & others() & ~covered) == 0;
    }

    private int kinLinks() {
        int kin = 0;
        for (Link link : scene.links.values()) {
            kin += link.tracker(scene.now) && kin(link.slice) ? 1 : 0;
        }
        return kin;
    }

    /** Whether a tracker of that slice is one that this one seeks. */
    boolean seeks(long slice) {
        return kin(slice) ? kinLinks() < scene.settings.links() : missing(slice);
    }

    /** Trackers that this one would still like to be connected to. */
    int lacks() {
        int kin = Math.max(0, scene.settings.links() - kinLinks());
        int width = CELLS >> depth;
        return kin + (Long.bitCount(missing()) + width - 1) / width;
    }

    /** Connected trackers that together keep what this one does not, where there are such. */
    List<Link> covers() {
        List<Link> out = new ArrayList<>();
        if (others() == 0) {
            return out;
        }
        List<Link> from = new ArrayList<>(scene.links.values());
        from.removeIf(link -> !link.tracker(scene.now));
        int start = from.isEmpty() ? 0 : scene.random.nextInt(from.size());
        for (int round = 0; round < COVERS; round++) {
            long left = others();
            for (int i = 0; i < from.size() && left != 0; i++) {
                Link link = from.get((start + i) % from.size());
                long cells = cells(link.slice, link.depth);
                if ((cells & left) != 0 && !out.contains(link)) {
                    out.add(link);
                    left &= ~cells;
                }
            }
        }
        return out;
    }
}
