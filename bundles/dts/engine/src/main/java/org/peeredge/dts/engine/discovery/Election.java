// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.discovery.Scene.Link;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Who is tracker. The electors are the connected members of the same network, or all connected
 * members where there are none. A tracker stays until it leaves or its lease runs out; then the
 * first in rank takes the part, and those behind it only when it does not. Two trackers that hear
 * of each other in one network become one: the higher in rank.
 */
final class Election {
    private static final long STEP = Scene.SECOND;
    private static final long LONGEST_WAIT = 10 * Scene.SECOND;

    /** Without neighbours a tracker elsewhere is looked for before one is made. */
    private static final long FAR_WAIT = 15 * Scene.SECOND;

    private static final long MAX_EPOCH = Long.MAX_VALUE / 2;
    private static final long FRESH_NANOS = 60 * Scene.SECOND;

    /** How often the time of a lease doubles at most while nothing happens. */
    private static final int MAX_QUIET = 2;

    private static final long NEVER = Long.MIN_VALUE;

    private final Scene scene;
    private final Shelf shelf;
    private final Slices slices;
    private long epoch;
    private long stamp;
    private long seenEpoch;
    private long vacantNanos = NEVER;
    private long renewNanos;
    private int quiet;
    private @Nullable NodeId following;
    private int changes;
    private long changedNanos;

    Election(Scene scene, Shelf shelf, Slices slices) {
        this.scene = scene;
        this.shelf = shelf;
        this.slices = slices;
    }

    boolean tracker() {
        return epoch > 0;
    }

    long epoch() {
        return epoch;
    }

    /** Trackers that this node has followed or been, one after another. */
    int changes() {
        return changes;
    }

    /** The tracker that this node reports to, if it is not tracker itself. */
    Optional<NodeId> following() {
        return Optional.ofNullable(following);
    }

    /** What the sender says of itself. */
    void heard(Link from, Message.Lease m) {
        if (m.epoch() > 0 && m.epoch() <= MAX_EPOCH) {
            seenEpoch = Math.max(seenEpoch, m.epoch());
            from.epoch = m.remainingMillis() == 0 ? 0 : m.epoch();
            long longest = scene.settings.lease().multipliedBy(2L << MAX_QUIET).toMillis();
            from.untilNanos =
                    scene.now + Duration.ofMillis(Math.min(m.remainingMillis(), longest)).toNanos();
            from.members = m.members();
            from.depth = m.depth();
        }
    }

    /**
     * Others believe of this node what it has not said: it was tracker before it was started anew,
     * or somebody lied. It goes on in a later epoch; whether that was needed.
     */
    boolean outdone(Message.Lease m) {
        boolean later = m.epoch() > epoch || (m.epoch() == epoch && m.stamp() > stamp);
        if (!tracker() || !later || m.epoch() >= MAX_EPOCH) {
            return false;
        }
        epoch = m.epoch() + 1;
        seenEpoch = Math.max(seenEpoch, epoch);
        quiet = 0;
        tellAll();
        return true;
    }

    /** Takes the next step, if one is due. */
    void step() {
        Link near = best();
        if (tracker()) {
            if (near != null && better(near)) {
                resign();
                follow(near);
            } else if (lonely()) {
                resign();
            } else if (scene.now - renewNanos >= 0) {
                quiet = Math.min(MAX_QUIET, quiet + 1);
                tellAll();
            }
            return;
        }
        Link next = near != null || scene.anyNear() ? near : far();
        follow(next);
        if (next != null) {
            vacantNanos = NEVER;
        } else if (scene.links.isEmpty()) {
            vacantNanos = NEVER;
        } else if (vacantNanos == NEVER) {
            vacantNanos = scene.now;
        } else if (scene.now - vacantNanos >= patience()) {
            claim();
        }
    }

    /** The best tracker of this network among those connected. */
    private @Nullable Link best() {
        Link best = null;
        for (Link link : scene.links.values()) {
            if (link.near && link.tracker(scene.now) && (best == null || before(link, best))) {
                best = link;
            }
        }
        return best;
    }

    private static boolean before(Link a, Link b) {
        return Long.compareUnsigned(a.rank, b.rank) > 0;
    }

    /**
     * By rank alone: in a network with more members than one has connections, where several
     * trackers are right, an order that changed with time would never come to rest.
     */
    private boolean better(Link other) {
        return Long.compareUnsigned(other.rank, Keys.rank(scene.self)) > 0;
    }

    /** Nobody near, nobody who reports, and another tracker to report to. */
    private boolean lonely() {
        return shelf.members() == 0 && !scene.anyNear() && far() != null;
    }

    /** A tracker elsewhere: the one that it has, else by rendezvous, so that they are spread. */
    private @Nullable Link far() {
        NodeId current = following;
        Link best = current == null ? null : scene.link(current);
        if (best != null && best.tracker(scene.now)) {
            return best;
        }
        best = null;
        for (Link link : scene.links.values()) {
            if (link.tracker(scene.now)
                    && link.members < Shelf.MAX_MEMBERS
                    && (best == null
                            || Long.compareUnsigned(
                                            Keys.rank(scene.self, link.id),
                                            Keys.rank(scene.self, best.id))
                                    > 0)) {
                best = link;
            }
        }
        return best;
    }

    private void follow(@Nullable Link link) {
        NodeId now = link == null ? null : link.id;
        if (now != null && !now.equals(following)) {
            changed();
        }
        following = now;
    }

    private void changed() {
        changes++;
        changedNanos = scene.now;
    }

    /** Whether the tracker is so new that not all may have told it what they hold. */
    boolean fresh() {
        return scene.now - changedNanos < FRESH_NANOS;
    }

    private long patience() {
        boolean near = scene.anyNear();
        long mine = Keys.rank(scene.self);
        long position = 0;
        for (Link link : scene.links.values()) {
            if ((link.near || !near) && Long.compareUnsigned(link.rank, mine) > 0) {
                position++;
            }
        }
        long wait = scene.settings.claim().toNanos() + Math.min(LONGEST_WAIT, position * STEP);
        return near ? wait : FAR_WAIT + wait;
    }

    private void claim() {
        epoch = Math.min(MAX_EPOCH, seenEpoch + 1);
        seenEpoch = epoch;
        stamp++;
        vacantNanos = NEVER;
        following = null;
        quiet = 0;
        slices.begin();
        changed();
        tellAll();
    }

    /** Gives the part up, and says so. */
    void resign() {
        if (tracker()) {
            stamp++;
            Message.Lease over = lease(Duration.ZERO);
            epoch = 0;
            scene.links.keySet().forEach(to -> scene.send(to, over));
        }
    }

    /** Tells all who are connected, that it is tracker or what has changed about it. */
    void tellAll() {
        renewNanos = scene.now + remaining().toNanos() / 3;
        Message.Lease mine = lease();
        scene.links.keySet().forEach(to -> scene.send(to, mine));
    }

    /** Tells a member that came now. */
    void greet(NodeId to) {
        if (tracker()) {
            scene.send(to, lease());
        }
    }

    /** Something new to be passed on from tracker to tracker. */
    void newStamp() {
        stamp++;
    }

    /** The longer nothing happened, the less often it is renewed, and the longer it holds. */
    private Duration remaining() {
        return scene.settings.lease().multipliedBy(1L << quiet);
    }

    Message.Lease lease() {
        return lease(remaining());
    }

    private Message.Lease lease(Duration remaining) {
        List<String> addresses = scene.port.addresses();
        return new Message.Lease(
                scene.self,
                epoch,
                stamp,
                shelf.version(),
                (int) remaining.toMillis(),
                shelf.members(),
                addresses,
                slices.depth());
    }
}
