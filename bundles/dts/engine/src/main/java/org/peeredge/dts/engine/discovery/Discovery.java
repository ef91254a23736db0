// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.peeredge.dts.engine.discovery.Scene.Link;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Finds holders of blobs among more members than this node is connected to. In: who is connected,
 * what they say, what this node holds, and the time. Out: {@link Port}. The same calls and seed
 * give the same messages. To be called by one thread at a time, {@link #tick} about each second.
 */
public final class Discovery {
    /** Until a change of what this node holds is told: several are told at once. */
    private static final long TELL_NANOS = 5 * Scene.SECOND;

    /** Places of a tracker that other trackers may not take. */
    private static final int ASKERS_PLACES = 4;

    private final Scene scene;
    private final LongSupplier nanos;
    private final Holdings holdings;
    private final Shelf shelf = new Shelf();
    private final Slices slices;
    private final Election election;
    private final Remotes remotes;
    private final Searches searches;
    private final Relays relays;
    private final Rounds rounds;
    private boolean wasTracker;
    private Optional<NodeId> toldTracker = Optional.empty();
    private long toldEpoch;
    private long tellNanos;

    /**
     * The end of a search.
     *
     * @param holders members, connected now, of whom it is said that they hold it
     * @param how who was asked: {@code tracker} or {@code neighbours}
     */
    public record Result(Set<NodeId> holders, String how, long elapsedNanos) {}

    /**
     * What this node knows of trackers.
     *
     * @param tracker that it reports to; itself when it is tracker
     * @param epoch of its own lease, 0 when it is not tracker
     * @param members who report to it
     * @param keys of blobs that it knows of its members
     * @param remotes trackers elsewhere that it knows
     * @param filterBytes memory of what these hold
     * @param changes how often its tracker has changed
     */
    public record Status(
            Optional<NodeId> tracker,
            long epoch,
            int members,
            int keys,
            int remotes,
            long filterBytes,
            int changes) {}

    /**
     * A discovery that knows nothing yet.
     *
     * @param nanos a clock that never goes back
     */
    public Discovery(
            NodeId self,
            DiscoverySettings settings,
            RandomGenerator random,
            LongSupplier nanos,
            Port port) {
        this.nanos = nanos;
        scene = new Scene(self, settings, random, port);
        holdings = new Holdings(self);
        slices = new Slices(scene);
        election = new Election(scene, shelf, slices);
        remotes = new Remotes(scene, slices);
        searches = new Searches(scene, election, shelf, remotes, slices);
        rounds = new Rounds(scene, election, shelf, remotes, slices);
        relays = new Relays(scene, election, shelf, searches, holdings, slices);
    }

    private void turn() {
        scene.now = nanos.getAsLong();
    }

    /** A member is connected. */
    public void up(NodeId node, boolean near, List<String> addresses) {
        turn();
        Link link = new Link(node, near, addresses);
        link.creditNanos = scene.now;
        scene.links.put(node, link);
        election.greet(node);
        election.following().ifPresent(tracker -> tellOf(node, tracker));
        searches.up(node);
    }

    /** So that a node without a tracker learns of one. */
    private void tellOf(NodeId to, NodeId tracker) {
        Link link = scene.link(tracker);
        if (link != null && link.tracker(scene.now)) {
            int left = (int) ((link.untilNanos - scene.now) / 1_000_000);
            scene.send(
                    to,
                    new Message.Lease(
                            tracker,
                            link.epoch,
                            0,
                            0,
                            Math.max(1, left),
                            0,
                            link.addresses,
                            link.depth));
        }
    }

    /** A new tracker here: those elsewhere are to hear of it, and it of those that are known. */
    private void introduce(Link tracker) {
        remotes.tellAll(tracker);
        for (Link link : scene.links.values()) {
            if (!link.near && link != tracker) {
                tellOf(link.id, tracker.id);
            }
        }
    }

    /** Whether a connected member is in the same network. */
    public void near(NodeId node, boolean near) {
        Link link = scene.link(node);
        if (link != null) {
            link.near = near;
        }
    }

    /** A member is no longer connected. */
    public void down(NodeId node) {
        turn();
        Link link = scene.links.remove(node);
        if (link == null) {
            return;
        }
        if (link.epoch == 0) {
            remotes.refuted(node);
        }
        shelf.gone(node);
        election.step();
        settle();
        searches.down(node);
        relays.down(node);
    }

    /** This node holds a blob, see {@link Keys#of}. */
    public void hold(long key) {
        if (!holdings.has(key)) {
            holdings.add(key);
            if (wasTracker) {
                shelf.added(key);
            }
        }
    }

    /** It holds it no more. */
    public void drop(long key) {
        if (holdings.has(key)) {
            holdings.remove(key);
            if (wasTracker) {
                shelf.removed(key);
            }
        }
    }

    /** A member said something. */
    public void received(NodeId from, Message.Finding message) {
        turn();
        Link link = scene.link(from);
        if (link == null) {
            return;
        }
        switch (message) {
            case Message.Lease m -> lease(link, m);
            case Message.Available m -> available(link, m);
            case Message.Found m -> {
                if (Relays.mine(m.id())) {
                    relays.found(from, m);
                } else {
                    searches.found(from, m);
                }
            }
            case Message.Find m -> {
                if (!relays.afford(link)) {
                    return;
                }
                if (m.about().isPresent()) {
                    summary(from, m.about().get(), m.since());
                } else {
                    relays.find(link, m);
                }
            }
        }
    }

    private void lease(Link from, Message.Lease m) {
        if (m.tracker().equals(scene.self)) {
            if (election.outdone(m)) {
                rounds.again();
            }
            return;
        }
        boolean own = m.tracker().equals(from.id);
        slices.heard(m.depth());
        if (own) {
            // It keeps more than before: it has to hear of all that it did not keep.
            from.toldAll &= m.depth() >= from.depth;
            election.heard(from, m);
        }
        remotes.heard(from, m, election.tracker(), election.following());
        if (own) {
            election.step();
            settle();
            if (election.tracker() && from.tracker(scene.now) && !from.toldAll) {
                from.toldAll = true;
                remotes.tellAll(from);
            }
        }
    }

    private void available(Link from, Message.Available m) {
        if (!m.about().equals(from.id) || m.epoch() > 0) {
            if (election.tracker()) {
                remotes.available(m);
            }
        } else if (election.tracker()) {
            shelf.told(from.id, m);
        }
    }

    private void summary(NodeId to, NodeId about, long have) {
        if (about.equals(scene.self) && election.tracker()) {
            scene.send(to, shelf.summary(scene.self, election.epoch(), have));
        } else {
            remotes.summary(to, about, have);
        }
    }

    /** A tracker that is said to be there, by whom does not matter: it may be dialled. */
    public void hint(NodeId tracker, List<String> addresses) {
        turn();
        if (!tracker.equals(scene.self)) {
            remotes.hint(tracker, addresses, election.tracker());
        }
    }

    /** Looks for holders; {@code done} is called once, maybe at once. */
    public void find(long key, Consumer<Result> done) {
        turn();
        searches.find(key, done);
    }

    /** Time went on. */
    public void tick() {
        turn();
        election.step();
        settle();
        tell();
        searches.step();
        relays.step();
        remotes.step(election.tracker());
        if (election.tracker()) {
            rounds.step();
        } else if (election.following().isEmpty() && !scene.anyNear()) {
            rounds.search();
        }
    }

    /** Became tracker, or ceased to be, or has another. */
    private void settle() {
        Optional<NodeId> tracker = election.following();
        long epoch = tracker.map(scene::link).map(link -> link.epoch).orElse(0L);
        if (!tracker.equals(toldTracker) || epoch != toldEpoch) {
            toldTracker = tracker;
            toldEpoch = epoch;
            holdings.forget();
            tracker.map(scene::link).ifPresent(this::introduce);
        }
        if (election.tracker() == wasTracker) {
            return;
        }
        wasTracker = election.tracker();
        if (wasTracker) {
            holdings.each(shelf::added);
            remotes.reslice();
            rounds.begin();
            scene.links.values().forEach(l -> l.toldAll = false);
        } else {
            holdings.each(shelf::removed);
            scene.links.keySet().forEach(shelf::gone);
            remotes.shrink();
        }
    }

    private void tell() {
        Optional<NodeId> tracker = election.following();
        if (tracker.isPresent() && holdings.behind(tracker.get()) && scene.now - tellNanos >= 0) {
            holdings.next(tracker.get()).ifPresent(m -> scene.send(tracker.get(), m));
            boolean more = holdings.behind(tracker.get());
            tellNanos = scene.now + (more ? 1 : TELL_NANOS);
        }
    }

    /** Whether the connection to a member is needed here. */
    public boolean needs(NodeId node) {
        turn();
        return (election.tracker() && scene.tracker(node)) || serves(node);
    }

    /**
     * Whether a member from elsewhere may be connected. Trackers that this one does not seek are
     * turned away before they take the places of those that it seeks, or of whoever comes to ask.
     *
     * @param free places that are not taken
     */
    public boolean welcome(NodeId node, int free) {
        turn();
        if (!election.tracker() || !remotes.tracker(node)) {
            return true;
        }
        return slices.seeks(Slices.of(node)) || free > ASKERS_PLACES + slices.lacks();
    }

    private boolean serves(NodeId node) {
        return election.following().filter(node::equals).isPresent()
                || shelf.reports(node)
                || searches.needs(node);
    }

    /**
     * Whether the connection may make room where all places are taken: a tracker that nobody new
     * can reach would be of little use.
     */
    public boolean spares(NodeId node) {
        turn();
        Link link = scene.link(node);
        if (link == null || serves(node)) {
            return false;
        }
        return !election.tracker() || !link.tracker(scene.now) || slices.spare(link);
    }

    /** This node leaves: another tracker may begin. */
    public void stop() {
        turn();
        election.resign();
    }

    /** What it knows of trackers. */
    public Status status() {
        Optional<NodeId> tracker =
                election.tracker() ? Optional.of(scene.self) : election.following();
        return new Status(
                tracker,
                election.epoch(),
                shelf.members(),
                shelf.keys(),
                remotes.size(),
                remotes.filterBytes(),
                election.changes());
    }
}
