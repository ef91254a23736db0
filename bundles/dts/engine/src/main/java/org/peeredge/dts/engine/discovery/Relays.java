// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.peeredge.dts.engine.discovery.Scene.Link;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Answers the searches of others: a tracker from what it knows, any other node from what it holds
 * and by asking on, as often as the question allows. Each member may ask so often.
 */
final class Relays {
    private static final int MAX = 256;
    private static final long PATIENCE = 2 * Scene.SECOND;

    /** Whoever asked a tracker asks others too when it is silent for so long. */
    private static final long COVERS_PATIENCE = Scene.SECOND;

    /** A tracker asks for all who ask it. */
    private static final int TRACKERS_SHARE = 8;

    /** Ids of questions passed on: apart from those of this node's own searches. */
    private static final long FIRST_ID = 1L << 62;

    private static final class Relay {
        final NodeId asker;
        final long askersId;
        final long startedNanos;
        boolean covers;
        final Set<NodeId> silent = new LinkedHashSet<>();
        final Map<NodeId, Message.PeerHint> holders = new LinkedHashMap<>();
        final Map<NodeId, Message.PeerHint> trackers = new LinkedHashMap<>();

        Relay(NodeId asker, long askersId, long startedNanos) {
            this.asker = asker;
            this.askersId = askersId;
            this.startedNanos = startedNanos;
        }
    }

    private final Scene scene;
    private final Election election;
    private final Shelf shelf;
    private final Searches searches;
    private final Holdings holdings;
    private final Slices slices;
    private final Map<Long, Relay> relays = new LinkedHashMap<>();
    private long nextId = FIRST_ID;

    Relays(
            Scene scene,
            Election election,
            Shelf shelf,
            Searches searches,
            Holdings holdings,
            Slices slices) {
        this.scene = scene;
        this.election = election;
        this.shelf = shelf;
        this.searches = searches;
        this.holdings = holdings;
        this.slices = slices;
    }

    static boolean mine(long id) {
        return id >= FIRST_ID;
    }

    /** Whether the member may ask now; spends one. */
    boolean afford(Link from) {
        int share = from.tracker(scene.now) ? TRACKERS_SHARE : 1;
        double earned = share * (scene.now - from.creditNanos) * Searches.PER_SECOND / Scene.SECOND;
        from.credit = Math.min(share * Searches.BURST, from.credit + Math.max(0, earned));
        from.creditNanos = scene.now;
        if (from.credit < 1) {
            return false;
        }
        from.credit--;
        return true;
    }

    void find(Link from, Message.Find m) {
        Relay relay = new Relay(from.id, m.id(), scene.now);
        if (holdings.has(m.key())) {
            put(relay.holders, new Message.PeerHint(scene.self, scene.port.addresses()));
        }
        if (election.tracker()) {
            List<NodeId> holders = new ArrayList<>(shelf.holders(m.key(), Limits.MAX_FOUND + 1));
            holders.remove(from.id);
            searches.hints(holders).forEach(h -> put(relay.holders, h));
            searches.trackerHints(m.key()).forEach(h -> put(relay.trackers, h));
            boolean first = m.hops() > 0 || shelf.reports(from.id);
            if (relay.holders.isEmpty() && first && !from.tracker(scene.now)) {
                askCovers(relay, m);
            }
        } else if (m.hops() > 0 && relays.size() < MAX) {
            askOn(relay, from, m);
        }
        if (relay.silent.isEmpty()) {
            answer(relay);
        }
    }

    /** Those are asked by trackers only, and ask nobody: it goes on no further. */
    private void askCovers(Relay relay, Message.Find m) {
        if (relays.size() >= MAX) {
            return;
        }
        long id = nextId++;
        for (Link to : slices.covers()) {
            relay.silent.add(to.id);
            scene.send(to.id, new Message.Find(id, 0, m.key(), Optional.empty(), 0));
        }
        if (!relay.silent.isEmpty()) {
            relay.covers = true;
            relays.put(id, relay);
        }
    }

    private void askOn(Relay relay, Link from, Message.Find m) {
        Optional<NodeId> tracker = election.following();
        List<Link> whom =
                tracker.isPresent()
                        ? scene.some(1, l -> l.id.equals(tracker.get()))
                        : scene.some(Searches.FAN_OUT, l -> l != from);
        long id = nextId++;
        for (Link to : whom) {
            if (to != from && relay.silent.add(to.id)) {
                scene.send(to.id, new Message.Find(id, m.hops() - 1, m.key(), Optional.empty(), 0));
            }
        }
        if (!relay.silent.isEmpty()) {
            relays.put(id, relay);
        }
    }

    void found(NodeId from, Message.Found m) {
        Relay relay = relays.get(m.id());
        if (relay == null || !relay.silent.remove(from)) {
            return;
        }
        m.holders().forEach(h -> put(relay.holders, h));
        m.trackers().forEach(h -> put(relay.trackers, h));
        if (relay.silent.isEmpty() || (relay.covers && !relay.holders.isEmpty())) {
            relays.remove(m.id());
            answer(relay);
        }
    }

    private static void put(Map<NodeId, Message.PeerHint> into, Message.PeerHint hint) {
        if (into.size() < Limits.MAX_FOUND) {
            into.putIfAbsent(hint.node(), hint);
        }
    }

    private void answer(Relay relay) {
        scene.send(
                relay.asker,
                new Message.Found(
                        relay.askersId,
                        List.copyOf(relay.holders.values()),
                        List.copyOf(relay.trackers.values())));
    }

    void down(NodeId node) {
        relays.values().removeIf(r -> r.asker.equals(node));
        relays.values().forEach(r -> r.silent.remove(node));
    }

    void step() {
        relays.values()
                .removeIf(relay -> {
                    long patience = relay.covers ? COVERS_PATIENCE : PATIENCE;
                    boolean over =
                            relay.silent.isEmpty() || scene.now - relay.startedNanos >= patience;
                    if (over) {
                        answer(relay);
                    }
                    return over;
                });
    }
}
