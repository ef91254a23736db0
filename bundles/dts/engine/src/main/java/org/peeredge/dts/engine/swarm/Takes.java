// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Who of this LAN fetches which piece from afar. A member says so when it begins ({@code take});
 * the others then wait to get the piece from it. Pieces are dealt ({@link Ownership}): the member
 * that a piece is dealt to takes it when there is room in the {@link LanWindow} and on its way out;
 * if it does not, the others do, by rank. See {@code docs/decisions/0003}.
 */
final class Takes {
    /** Each further member in rank waits so much longer: a message's way and a tick. */
    private static final long STEP_NANOS = 25 * Time.MILLI;

    /** A member that passed over a piece dealt to it is dealt none for so long. */
    private static final long PASSED_NANOS = 2 * Time.SECOND;

    /** A member that did not bring what it took is not believed for so long. */
    private static final long IDLE_NANOS = 10 * Time.SECOND;

    private static final int MAX_IDLE = 3;

    /** How far ahead to look for what no other LAN has. */
    private static final int HORIZON = 4 * LanOrder.WINDOW_PIECES;

    private static final int MOST = 4096;

    private final Core core;
    private final LanWindow window = new LanWindow();

    /** Pieces under way, over all transfers. */
    private int active;

    /** When one of them last arrived, and made room for the next. */
    private long freedNanos = Long.MIN_VALUE;

    Takes(Core core) {
        this.core = core;
    }

    /** A piece under way from afar into this LAN; {@code known} when it began just then. */
    record Take(NodeId who, long sinceNanos, boolean known) {}

    /** A piece to take from {@code s}, which is afar, or -1. */
    int next(Transfer t, Source s) {
        int room = window.pieces(core.answerNanos()) + core.ahead() - onTheWay();
        int mayWait = 2 * (core.uplink.slots(core.now) + core.ahead());
        if (room <= 0 || waitingHere() >= mayWait) {
            return -1;
        }
        boolean others = false;
        boolean whole = false;
        for (Source other : t.sources.values()) {
            others |= elsewhere(other);
            whole |= elsewhere(other) && other.complete();
        }
        LanOrder order = others ? t.ownership.order() : LanOrder.PLAIN;
        // What other LANs have they can give: of who has everything first what they have not.
        int piece = others && !whole && !elsewhere(s) ? next(t, s, order, room, true) : -1;
        return piece >= 0 ? piece : next(t, s, order, room, false);
    }

    /**
     * Pieces that fill the LAN's way. What takes much longer than usual waits at its source: the
     * way is free for others.
     */
    private int onTheWay() {
        long since = core.now - window.slowNanos();
        int slow = 0;
        for (Transfer t : core.transfers.values()) {
            for (Take take : t.takes.values()) {
                slow += take.sinceNanos < since ? 1 : 0;
            }
        }
        return active - slow;
    }

    private int next(Transfer t, Source s, LanOrder order, int room, boolean nowhereElse) {
        int first = -1;
        int seen = 0;
        int end = t.need.length();
        int begin = t.need.nextSetBit(0);
        int n = t.pieces();
        int last = Math.min(n, LanOrder.window(Math.max(0, end - 1)) + LanOrder.WINDOW_PIECES);
        if (nowhereElse) {
            last = Math.min(last, LanOrder.window(Math.max(0, begin)) + HORIZON);
        }
        for (int place = begin < 0 ? n : LanOrder.window(begin);
                place < last && seen < room;
                place++) {
            int p = order.piece(place, n);
            if (!t.need.get(p)
                    || !s.has(p)
                    || (!s.upstream && !t.askable(p))
                    || t.takes.containsKey(p)
                    || t.near.get(p)
                    || (nowhereElse && isElsewhere(t, p))) {
                continue;
            }
            first = first < 0 ? p : first;
            seen++;
            if (t.ownership.owner(p, node -> passes(t, node)).equals(core.self)) {
                return p;
            }
        }
        long since = core.now - Math.max(t.takenNanos, freedNanos);
        return first >= 0 && since >= patience(t, first) ? first : -1;
    }

    /** A member of another LAN that fetches the blob too. */
    private static boolean elsewhere(Source s) {
        return !s.peer.neighbour() && !s.peer.origin && !s.upstream;
    }

    private boolean isElsewhere(Transfer t, int piece) {
        for (Source s : t.sources.values()) {
            if (elsewhere(s) && s.holds(core.now) && s.has(piece)) {
                return true;
            }
        }
        return false;
    }

    private long patience(Transfer t, int piece) {
        return (STEP_NANOS + 2 * core.answerNanos()) * (1 + t.ownership.place(piece, core.self));
    }

    private boolean passes(Transfer t, NodeId node) {
        Source s = t.sources.get(node);
        return s != null && core.now < s.passesUntilNanos;
    }

    /** Pieces that are here, or on their way here, and nowhere else in the LAN. */
    private int waitingHere() {
        int count = 0;
        for (Transfer t : core.transfers.values()) {
            BitSet here = (BitSet) t.given().clone();
            here.andNot(t.near);
            count += here.cardinality();
            for (Take take : t.takes.values()) {
                count += take.who.equals(core.self) ? 1 : 0;
            }
        }
        return count;
    }

    /** This node asks for pieces from afar: the others may wait for them. */
    void began(Transfer t, int first, int count) {
        List<Integer> pieces = new ArrayList<>(count);
        for (int p = first; p < first + count; p++) {
            add(t, p, core.self, true);
            pieces.add(p);
        }
        Message.Take take = new Message.Take(t.digest, pieces);
        for (Source s : t.sources.values()) {
            if (s.peer.neighbour() && !s.complete() && s.wants(core.now)) {
                core.send(s.peer.id, take);
            }
        }
    }

    /** A neighbour wants the blob from now on: it hears what is under way to this node. */
    void tell(Transfer t, Source s) {
        if (!s.peer.neighbour() || !s.wants(core.now)) {
            return;
        }
        List<Integer> pieces = new ArrayList<>();
        t.requests.forEach((piece, requests) -> {
            if (requests.stream().anyMatch(r -> !r.source().peer.neighbour())) {
                pieces.add(piece);
                t.takes.computeIfAbsent(
                        piece,
                        p -> {
                            active++;
                            return new Take(core.self, core.now, false);
                        });
            }
        });
        if (!pieces.isEmpty()) {
            core.send(s.peer.id, new Message.Take(t.digest, List.copyOf(pieces)));
        }
    }

    /** A neighbour takes pieces. */
    void heard(Transfer t, Source from, List<Integer> pieces) {
        if (core.now < from.idleTakesUntilNanos) {
            return;
        }
        from.passesUntilNanos = Long.MIN_VALUE;
        for (int p : pieces) {
            boolean news = p < t.pieces() && !t.have.get(p) && !t.near.get(p);
            if (news && active < MOST && !t.takes.containsKey(p)) {
                add(t, p, from.peer.id, from.takesHeard || pieces.size() == 1);
            }
        }
        from.takesHeard = true;
    }

    private void add(Transfer t, int piece, NodeId who, boolean known) {
        if (t.ownership.members() > 1) {
            Source dealt = t.sources.get(t.ownership.owner(piece, node -> passes(t, node)));
            if (dealt != null && !dealt.peer.id.equals(who)) {
                dealt.passesUntilNanos = core.now + PASSED_NANOS;
            }
        }
        if (t.takes.put(piece, new Take(who, core.now, known)) == null) {
            active++;
        }
        t.takenNanos = core.now;
    }

    /** A piece is in this LAN now. */
    void arrived(Transfer t, int piece) {
        Take take = t.takes.remove(piece);
        if (take != null) {
            active--;
            freedNanos = core.now;
            if (take.known) {
                window.arrived(take.sinceNanos, core.now);
            }
            Source s = t.sources.get(take.who);
            if (s != null) {
                s.idleTakes = 0;
            }
        }
    }

    /** This node does not get a piece that it took. */
    void lost(Transfer t, int piece) {
        Take take = t.takes.get(piece);
        if (take != null && take.who.equals(core.self)) {
            t.takes.remove(piece);
            active--;
        }
    }

    /** A member is gone: what it took is free. */
    void gone(Transfer t, NodeId who) {
        drop(t, take -> take.who.equals(who));
    }

    /** The transfer ends. */
    void end(Transfer t) {
        drop(t, take -> true);
    }

    /** Nobody waits longer for what does not come; this node's own requests have deadlines. */
    void tick(Transfer t) {
        long patience = window.patienceNanos();
        drop(
                t,
                take -> {
                    boolean late =
                            core.now - take.sinceNanos > patience && !take.who.equals(core.self);
                    Source s = late ? t.sources.get(take.who) : null;
                    if (s != null) {
                        window.expired();
                        s.passesUntilNanos = core.now + PASSED_NANOS;
                        if (++s.idleTakes >= MAX_IDLE) {
                            s.idleTakesUntilNanos = core.now + IDLE_NANOS;
                        }
                    }
                    return late;
                });
    }

    /** What the neighbours have was counted anew. */
    void settle(Transfer t) {
        t.takes
                .keySet()
                .removeIf(piece -> {
                    boolean here = t.near.get(piece);
                    active -= here ? 1 : 0;
                    return here;
                });
    }

    /** How long a piece may be under way before others need not wait for it. */
    long patienceNanos() {
        return window.patienceNanos();
    }

    private void drop(Transfer t, Predicate<Take> which) {
        Iterator<Map.Entry<Integer, Take>> i = t.takes.entrySet().iterator();
        while (i.hasNext()) {
            if (which.test(i.next().getValue())) {
                i.remove();
                active--;
            }
        }
    }
}
