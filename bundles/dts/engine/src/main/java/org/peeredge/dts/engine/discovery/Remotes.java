// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.discovery.Scene.Link;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * The trackers of other networks. A tracker keeps them all, each with the filter of what its
 * members hold; it passes on what is new to the trackers that it is connected to and fetches the
 * filter from whoever told it. Other nodes keep a few names, to have somewhere to turn.
 */
final class Remotes {
    /** Trackers that are kept. */
    static final int MAX = 1024;

    /** Names that a node keeps that is not tracker. */
    static final int FEW = 16;

    /** Names that a tracker keeps of each slice that is not its own, and that it tells of each. */
    private static final int NAMES = 4;

    private static final int NAMES_TOLD = 2;

    private static final int MAX_WAITING = 8;

    /** Pulls without an answer, until the tracker itself is dialled. */
    private static final int IN_VAIN = 4;

    private static final int PULLS = 4;
    private static final long DIAL_NANOS = 60 * Scene.SECOND;
    private static final long EXPIRY_NANOS = 60 * Scene.SECOND;
    private static final long PULL_NANOS = 10 * Scene.SECOND;

    private final Scene scene;
    private final Slices slices;
    private final Map<NodeId, Remote> all = new LinkedHashMap<>();
    private long nextId;
    private long expiryNanos;

    Remotes(Scene scene, Slices slices) {
        this.scene = scene;
        this.slices = slices;
    }

    int size() {
        return all.size();
    }

    /** Bytes of the filters kept. */
    long filterBytes() {
        long bytes = 0;
        for (Remote r : all.values()) {
            bytes += r.filter.length();
        }
        return bytes;
    }

    /** How long a tracker is believed to be there: three refreshes of as many trackers. */
    Duration validity() {
        return refresh().multipliedBy(3);
    }

    /** The more trackers there are, the less often each speaks: what all hear stays the same. */
    Duration refresh() {
        Duration least = scene.settings.refresh();
        Duration fair = Duration.ofSeconds(12L * all.size());
        return fair.compareTo(least) > 0 ? fair : least;
    }

    /** Whether a node is known to be tracker. */
    boolean tracker(NodeId node) {
        Remote r = all.get(node);
        return r != null && r.tracker();
    }

    /** Trackers of this one's slice, and itself. */
    int kin() {
        int kin = 1;
        for (Remote r : all.values()) {
            kin += r.tracker() && slices.kin(r.slice) ? 1 : 0;
        }
        return kin;
    }

    /** A lease came, of its sender or passed on. */
    void heard(Link from, Message.Lease m, boolean tracker, Optional<NodeId> following) {
        Remote r = all.get(m.tracker());
        boolean fresh = r == null;
        if (r == null) {
            if (m.remainingMillis() == 0 || !room(m.tracker(), tracker)) {
                return;
            }
            r = new Remote(m.tracker());
            all.put(m.tracker(), r);
        } else if (m.epoch() < r.epoch || (m.epoch() == r.epoch && m.stamp() <= r.stamp)) {
            return;
        }
        r.epoch = m.epoch();
        r.stamp = m.stamp();
        r.version = m.version();
        r.depth = m.depth();
        r.over = m.remainingMillis() == 0;
        r.addresses = m.addresses().isEmpty() ? r.addresses : m.addresses();
        // What is passed on must not live longer each time that it is told.
        long left = Duration.ofMillis(m.remainingMillis()).toNanos();
        long longest = validity().toNanos();
        r.untilNanos = scene.now + (from.id.equals(r.id) ? longest : Math.min(left, longest));
        r.source = from.id;
        r.pullNanos = scene.now;
        r.pulls = 0;
        if (r.over) {
            r.forget();
        }
        if (fresh && following.isPresent() && !following.get().equals(from.id)) {
            scene.send(following.get(), hint(r)); // it may have no other way to learn of it
        }
        if (tracker && slices.kin(r.slice)) {
            Message.Lease on = hint(r);
            for (Link to : scene.links.values()) {
                boolean keeps = to.tracker(scene.now) && Slices.keeps(to, r.slice);
                if (keeps && to != from && !to.id.equals(r.id)) {
                    scene.send(to.id, on);
                }
            }
        }
    }

    /** A name to turn to, that says nothing about what is held there. */
    void hint(NodeId node, List<String> addresses, boolean tracker) {
        if (!all.containsKey(node) && !addresses.isEmpty() && room(node, tracker)) {
            Remote r = new Remote(node);
            r.addresses = addresses;
            r.untilNanos = scene.now + validity().toNanos();
            all.put(node, r);
        }
    }

    private boolean room(NodeId node, boolean tracker) {
        long slice = Slices.of(node);
        if (tracker && !slices.kin(slice)) {
            return roomForName(slice);
        }
        int max = tracker ? MAX : FEW;
        if (all.size() >= max) {
            all.values().removeIf(r -> scene.now - r.untilNanos >= 0);
        }
        if (all.size() >= max && !tracker) {
            // A few at random: whoever speaks most must not be all that a node knows.
            removeAny();
        }
        return all.size() < max;
    }

    /** It was connected and did not say that it is tracker: it is not one any more. */
    void refuted(NodeId node) {
        all.remove(node);
    }

    private boolean silent(NodeId id) {
        return scene.connected(id) && !scene.tracker(id);
    }

    private void removeAny() {
        int skipped = scene.random.nextInt(all.size());
        all.remove(all.keySet().stream().skip(skipped).findFirst().orElseThrow());
    }

    /** Of another slice the latest names are kept. */
    private boolean roomForName(long slice) {
        int count = 0;
        NodeId leaves = null;
        for (Remote r : all.values()) {
            if (Slices.same(r.slice, slice, slices.depth())) {
                count++;
                leaves = leaves == null && !scene.connected(r.id) ? r.id : leaves;
            }
        }
        if (count >= NAMES && leaves != null) {
            all.remove(leaves);
        }
        return count < NAMES || leaves != null;
    }

    /** The slice has changed: what is not of it is forgotten, but for some names. */
    void reslice() {
        Map<Integer, Integer> names = new HashMap<>();
        all.values()
                .removeIf(r -> {
                    if (slices.kin(r.slice)) {
                        return false;
                    }
                    r.forget();
                    int number = Slices.number(r.slice, slices.depth());
                    return names.merge(number, 1, Integer::sum) > NAMES;
                });
    }

    Message.Lease hint(Remote r) {
        long left = Math.max(1, (r.untilNanos - scene.now) / 1_000_000);
        int millis = (int) Math.min(left, Duration.ofHours(24).toMillis());
        return new Message.Lease(
                r.id, r.epoch, r.stamp, r.version, r.over ? 0 : millis, 0, r.addresses, r.depth);
    }

    /** Tells a tracker that is new here of all its kin, and some names of each other slice. */
    void tellAll(Link to) {
        Map<Integer, Integer> names = new HashMap<>();
        for (Remote r : all.values()) {
            if (!r.tracker()) {
                continue;
            }
            int number = Slices.number(r.slice, to.depth);
            boolean kin = number == Slices.number(to.slice, to.depth);
            if (kin || names.merge(number, 1, Integer::sum) <= NAMES_TOLD) {
                scene.send(to.id, hint(r)); // of itself too: it may have forgotten its epoch
            }
        }
    }

    /** Tells a tracker of another slice of one of this, so that it has whom to turn to. */
    void tellName(Link to) {
        List<Remote> kin = new ArrayList<>();
        for (Remote r : all.values()) {
            if (r.tracker() && slices.kin(r.slice)) {
                kin.add(r);
            }
        }
        if (!kin.isEmpty()) {
            scene.send(to.id, hint(kin.get(scene.random.nextInt(kin.size()))));
        }
    }

    /** Fetches what is behind; forgets who has not spoken for long. */
    void step(boolean tracker) {
        if (scene.now - expiryNanos >= 0) {
            expiryNanos = scene.now + EXPIRY_NANOS;
            all.values().removeIf(r -> scene.now - r.untilNanos >= 0 || silent(r.id));
        }
        int pulls = tracker ? 0 : PULLS;
        for (Remote r : all.values()) {
            boolean due = r.behind() && scene.now - r.pullNanos >= 0;
            if (pulls < PULLS && due && slices.kin(r.slice)) {
                r.pullNanos = scene.now + (PULL_NANOS << Math.min(r.pulls++, 6));
                NodeId from = source(r);
                if (from != null) {
                    pulls++;
                    r.source = null; // another one next time, if this one does not answer
                    long have = r.haveEpoch == r.epoch ? r.have : 0;
                    scene.send(from, new Message.Find(nextId++, 0, 0, Optional.of(r.id), have));
                }
            }
        }
    }

    /** Whom to ask about a tracker: itself, who told of it, or any of its kin; null for nobody. */
    private @Nullable NodeId source(Remote r) {
        if (scene.connected(r.id)) {
            return r.id;
        }
        if (r.pulls >= IN_VAIN) {
            dial(r); // it may be that nobody has it, since it has no connection to kin
        }
        NodeId from = r.source;
        if (from != null && scene.connected(from)) {
            return from;
        }
        List<Link> any = scene.some(1, l -> l.tracker(scene.now) && Slices.keeps(l, r.slice));
        return any.isEmpty() ? null : any.getFirst().id;
    }

    /** A summary came. */
    void available(Message.Available m) {
        Remote r = all.get(m.about());
        if (r == null || r.over || m.epoch() < r.epoch) {
            return;
        }
        if (m.since() == 0 && m.filter().length > 0) {
            r.filter = Filter.of(m.filter());
            r.lastSince = -1;
        } else if (r.haveEpoch == m.epoch() && m.since() == r.have && m.since() > 0) {
            for (long key : m.added()) {
                r.filter.add(key);
            }
            r.last = m.added();
            r.lastSince = m.since();
        } else {
            return;
        }
        r.haveEpoch = m.epoch();
        r.have = m.version();
        if (!r.behind()) {
            r.waiting.forEach((to, have) -> scene.send(to, summary(r, have)));
            r.waiting.clear();
        }
    }

    /** Tells another tracker what the members of one hold, at once or when it is known here. */
    void summary(NodeId to, NodeId about, long have) {
        Remote r = all.get(about);
        if (r == null || r.over || !slices.kin(r.slice)) {
            return;
        }
        if (!r.behind() && r.filter.length() > 0) {
            scene.send(to, summary(r, have));
        } else if (r.waiting.size() < MAX_WAITING) {
            r.waiting.put(to, have);
        }
    }

    private static Message.Available summary(Remote r, long have) {
        boolean little = r.lastSince == have && have > 0;
        return new Message.Available(
                r.id,
                r.haveEpoch,
                r.have,
                little ? have : 0,
                little ? r.last : new long[0],
                new long[0],
                little ? new byte[0] : r.filter.bytes());
    }

    /** Trackers whose members may hold a blob, at random. */
    List<Remote> candidates(long key, int max) {
        List<Remote> out = new ArrayList<>();
        int seen = 0;
        for (Remote r : all.values()) {
            if (r.over || !r.filter.has(key)) {
                continue;
            }
            seen++;
            if (out.size() < max) {
                out.add(r);
            } else {
                int at = scene.random.nextInt(seen);
                if (at < max) {
                    out.set(at, r);
                }
            }
        }
        return out;
    }

    /** Trackers that are known by name, of slices that are wanted, at random. */
    List<Remote> named(LongPredicate wanted, int max) {
        List<Remote> out = new ArrayList<>();
        for (Remote r : all.values()) {
            if (!r.over && wanted.test(r.slice)) {
                out.add(r);
            }
        }
        while (out.size() > max) {
            out.remove(scene.random.nextInt(out.size()));
        }
        return out;
    }

    /** Dials a tracker at random that is not connected; each ever less often. */
    boolean dialOne(LongPredicate wanted) {
        List<Remote> due = new ArrayList<>();
        for (Remote r : all.values()) {
            if (!r.over && r.rested(scene.now) && !scene.connected(r.id) && wanted.test(r.slice)) {
                due.add(r);
            }
        }
        if (due.isEmpty()) {
            return false;
        }
        dial(due.get(scene.random.nextInt(due.size())));
        return true;
    }

    private void dial(Remote r) {
        if (r.rested(scene.now)) {
            r.dialNanos = scene.now + (DIAL_NANOS << Math.min(r.dials++, 6));
            scene.port.dial(r.id, r.addresses);
        }
    }

    /** This node is tracker no more: it keeps a few names. */
    void shrink() {
        while (all.size() > FEW) {
            removeAny();
        }
        all.values().forEach(Remote::forget);
    }
}
