// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.peeredge.dts.engine.swarm.Action.Counted;

/** What becomes of requests that are not answered in time. */
final class Late {
    private static final int MAX_DUPLICATES = 4;
    private static final int MAX_STRIKES = 3;
    private static final int OVERTAKEN = 3;
    private static final long EXCLUDE_NANOS = 10 * Time.SECOND;

    private final Core core;
    private final Picker picker;
    private final Requests requests;

    Late(Core core, Picker picker, Requests requests) {
        this.core = core;
        this.picker = picker;
        this.requests = requests;
    }

    /** Overdue requests are taken back; slow ones are doubled within the LAN. */
    void tick(Transfer t) {
        requests.coded.tick(t);
        for (Request r : Requests.all(t)) {
            if (r.source().peer.overdue(r.sentNanos(), r.deadlineNanos(), core.now)) {
                overdue(t, r);
            } else if (core.now >= r.softNanos() && !picker.offersCome(t)) {
                hedge(t, r);
            }
        }
    }

    /** Where frames get lost, what many later answers have overtaken does not come any more. */
    void overtaken(Transfer t, Source s, long sentNanos) {
        if (!s.peer.lossy) {
            return;
        }
        for (Request r : Requests.all(t)) {
            boolean earlier = r.source() == s && r.sentNanos() < sentNanos;
            boolean first = r.piece() == r.batch().first;
            if (earlier && first && ++r.batch().overtaken >= OVERTAKEN) {
                overdue(t, r);
            }
        }
    }

    private void overdue(Transfer t, Request r) {
        Source s = r.source();
        core.count(t.digest, Counted.TIMEOUT, s.peer.id, 0);
        if (s.late == null) {
            s.late = new BitSet();
        }
        s.late.set(r.piece());
        requests.takeBack(t, r);
        if (s.peer.lossy) {
            s.peer.loss.seen(r.batch().count * t.pieceBytes(), false);
        }
        if (s.peer.lossy && !s.peer.silent(core.now)) {
            return;
        }
        if (core.now >= s.peer.suspendedUntilNanos) {
            s.peer.timedOut(core.now);
            t.rosterStale = true;
            if (++s.strikes >= MAX_STRIKES) {
                s.exclude(core.now, EXCLUDE_NANOS);
            }
        }
    }

    private void hedge(Transfer t, Request r) {
        List<Request> all = t.requests.get(r.piece());
        boolean enough = all == null || all.size() > 1 || t.duplicates >= MAX_DUPLICATES;
        if (enough || !t.askable(r.piece())) {
            return;
        }
        for (Source s : t.sources.values()) {
            if (s != r.source()
                    && s.peer.neighbour()
                    && requests.usable(s)
                    && s.has(r.piece())
                    && requests.room(t, s)
                    && core.mayAsk(t)) {
                requests.ask(t, s, r.piece(), 1);
                return;
            }
        }
    }

    private static boolean busy(Collection<Peer> peers) {
        return peers.stream().anyMatch(p -> !p.neighbour() && p.inflightBytes > 0);
    }

    /**
     * Where nothing of use is under way, though all that may be asked for was: fetches from afar
     * what others own, one piece at a time.
     */
    void help(Transfer t) {
        if (!requests.ready(t)
                || !t.requests.isEmpty()
                || !t.checking.isEmpty()
                || !t.coded.isEmpty()
                || !core.mayAsk(t)) {
            return;
        }
        long quiet = core.now - Math.max(t.usefulNanos, t.takenNanos);
        if (picker.offersCome(t) || (!t.helping && quiet < picker.helpPatience(t))) {
            return;
        }
        if (busy(core.peers.values()) || busy(core.registries.values())) {
            return; // the way from afar is taken by what this node takes of other transfers
        }
        for (Source s : t.sources.values()) {
            if (requests.usable(s) && core.throttle.mayAsk(t, s.peer)) {
                int piece = picker.pickForeign(t, s);
                if (piece >= 0) {
                    t.helping = true;
                    requests.ask(t, s, piece, 1);
                    return;
                }
            }
        }
    }

    /** A neighbour has room to send a piece that is late in coming from another. */
    boolean hedge(Transfer t, Source s, int piece) {
        List<Request> all = t.requests.getOrDefault(piece, List.of());
        if (all.size() != 1
                || all.getFirst().source() == s
                || core.now < all.getFirst().softNanos()
                || t.duplicates >= MAX_DUPLICATES
                || !requests.usable(s)
                || !core.throttle.mayAsk(t, s.peer)
                || !t.askable(piece)) {
            return false;
        }
        requests.ask(t, s, piece, 1);
        return true;
    }
}
