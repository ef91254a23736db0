// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.peeredge.dts.engine.discovery.Scene.Link;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * The searches of this node: its tracker is asked, or a few members where there is none; holders
 * that are named are dialled, and trackers that are named are dialled and asked.
 */
final class Searches {
    /** Searches under way. */
    static final int MAX = 256;

    /** Questions that a member may put at once, and each second. */
    static final double BURST = 200;

    static final double PER_SECOND = 20;

    /** Members asked where there is no tracker. */
    static final int FAN_OUT = 8;

    private static final int HOLDERS = 4;
    private static final int TRACKERS = 3;

    /** Of slices that nobody connected keeps; who searches has to turn to them itself. */
    private static final int STRANGERS = 2;

    /** A dial that takes longer than this is not waited for. */
    private static final long DIAL_NANOS = 3 * Scene.SECOND;

    /** A tracker that has not answered by then is not the only one asked. */
    private static final long SILENCE_NANOS = Scene.SECOND;

    private static final class Search {
        final long id;
        final long key;
        final long startedNanos;
        final Consumer<Discovery.Result> done;
        final Set<NodeId> asked = new LinkedHashSet<>();
        final Set<NodeId> silent = new HashSet<>();
        final Map<NodeId, Long> dialling = new LinkedHashMap<>();
        final Set<NodeId> trackers = new HashSet<>();
        final Set<NodeId> holders = new LinkedHashSet<>();
        int trackersDialled;
        boolean widened;
        String how = "";

        Search(long id, long key, long startedNanos, Consumer<Discovery.Result> done) {
            this.id = id;
            this.key = key;
            this.startedNanos = startedNanos;
            this.done = done;
        }
    }

    private final Scene scene;
    private final Election election;
    private final Shelf shelf;
    private final Remotes remotes;
    private final Slices slices;
    private final Map<Long, Search> searches = new LinkedHashMap<>();
    private long nextId;

    Searches(Scene scene, Election election, Shelf shelf, Remotes remotes, Slices slices) {
        this.scene = scene;
        this.election = election;
        this.shelf = shelf;
        this.remotes = remotes;
        this.slices = slices;
    }

    int size() {
        return searches.size();
    }

    void find(long key, Consumer<Discovery.Result> done) {
        Search s = new Search(nextId++, key, scene.now, done);
        if (searches.size() >= MAX) {
            done.accept(new Discovery.Result(Set.of(), "too many searches run", 0));
            return;
        }
        searches.put(s.id, s);
        Optional<NodeId> tracker = election.following();
        if (election.tracker()) {
            s.how = "tracker";
            holders(s, hints(shelf.holders(key, HOLDERS)));
            trackers(s, trackerHints(key));
            if (s.holders.isEmpty()) {
                slices.covers().forEach(l -> ask(s, l.id, 0));
            }
        } else if (tracker.isPresent()) {
            s.how = "tracker";
            ask(s, tracker.get(), 1);
        } else {
            widen(s);
        }
        settle(s);
    }

    /** The tracker is silent, has gone, or is too new to know: others are asked. */
    private void widen(Search s) {
        if (!s.widened) {
            s.widened = true;
            s.how = "neighbours";
            scene.some(FAN_OUT, _ -> true).forEach(l -> ask(s, l.id, 1));
        }
    }

    private void ask(Search s, NodeId whom, int hops) {
        if (s.asked.add(whom)) {
            s.silent.add(whom);
            scene.send(whom, new Message.Find(s.id, hops, s.key, Optional.empty(), 0));
        }
    }

    List<Message.PeerHint> hints(List<NodeId> nodes) {
        List<Message.PeerHint> out = new ArrayList<>();
        for (NodeId node : nodes) {
            Link link = scene.link(node);
            if (link != null) {
                out.add(new Message.PeerHint(node, link.addresses));
            }
        }
        return out;
    }

    List<Message.PeerHint> trackerHints(long key) {
        List<Remote> out = remotes.candidates(key, TRACKERS);
        if (slices.missing() != 0) {
            out.addAll(remotes.named(slices::missing, STRANGERS));
        }
        return out.stream().map(r -> new Message.PeerHint(r.id, r.addresses)).toList();
    }

    void found(NodeId from, Message.Found m) {
        Search s = searches.get(m.id());
        if (s == null || !s.silent.remove(from)) {
            return;
        }
        holders(s, m.holders());
        trackers(s, m.trackers());
        if (s.holders.isEmpty() && s.trackers.isEmpty() && election.fresh()) {
            widen(s);
        }
        settle(s);
    }

    private void holders(Search s, List<Message.PeerHint> hints) {
        for (Message.PeerHint hint : hints) {
            boolean more = s.holders.size() < HOLDERS && !hint.node().equals(scene.self);
            if (more && s.holders.add(hint.node()) && !scene.connected(hint.node())) {
                s.dialling.put(hint.node(), scene.now);
                scene.port.dial(hint.node(), hint.addresses());
            }
        }
    }

    /** Trackers elsewhere are of use only while nobody nearer is known to hold it. */
    private void trackers(Search s, List<Message.PeerHint> hints) {
        for (Message.PeerHint hint : hints) {
            NodeId node = hint.node();
            if (!s.holders.isEmpty()
                    || s.trackersDialled >= TRACKERS
                    || node.equals(scene.self)
                    || !s.trackers.add(node)) {
                continue;
            }
            s.trackersDialled++;
            if (scene.connected(node)) {
                ask(s, node, 0);
            } else {
                s.dialling.put(node, scene.now);
                scene.port.dial(node, hint.addresses());
            }
        }
    }

    void up(NodeId node) {
        for (Search s : List.copyOf(searches.values())) {
            if (s.dialling.remove(node) != null) {
                if (s.trackers.contains(node) && s.holders.isEmpty()) {
                    ask(s, node, 0);
                }
                settle(s);
            }
        }
    }

    void down(NodeId node) {
        for (Search s : List.copyOf(searches.values())) {
            if (s.silent.remove(node) && s.holders.isEmpty()) {
                widen(s);
            }
            settle(s);
        }
    }

    /** Whether a search needs the connection. */
    boolean needs(NodeId node) {
        for (Search s : searches.values()) {
            if (s.silent.contains(node) || s.holders.contains(node) || s.trackers.contains(node)) {
                return true;
            }
        }
        return false;
    }

    void step() {
        for (Search s : List.copyOf(searches.values())) {
            s.dialling.values().removeIf(at -> scene.now - at >= DIAL_NANOS);
            if (!s.silent.isEmpty() && scene.now - s.startedNanos >= SILENCE_NANOS) {
                widen(s);
            }
            if (scene.now - s.startedNanos >= scene.settings.search().toNanos()) {
                s.silent.clear();
                s.dialling.clear();
            }
            settle(s);
        }
    }

    /** Over when a holder is connected, or when nobody is waited for any more. */
    private void settle(Search s) {
        Set<NodeId> there = new LinkedHashSet<>(s.holders);
        there.removeIf(node -> !scene.connected(node));
        if (there.isEmpty() && !(s.silent.isEmpty() && s.dialling.isEmpty())) {
            return;
        }
        if (searches.remove(s.id) != null) {
            s.done.accept(
                    new Discovery.Result(Set.copyOf(there), s.how, scene.now - s.startedNanos));
        }
    }
}
