// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.Optional;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.engine.swarm.Action.Counted;
import org.peeredge.kernel.api.NodeId;

/** What became of checks: of a piece against its hash, of the blob against its digest. */
final class Checks {
    private final Core core;
    private final Flow flow;

    Checks(Core core, Flow flow) {
        this.core = core;
        this.flow = flow;
    }

    void pieceStored(Transfer t, Event.PieceStored e) {
        int piece = e.piece();
        if (!settle(t, piece, e.from())) {
            return;
        }
        t.have.set(piece);
        t.need.clear(piece);
        t.progressNanos = core.now;
        t.usefulNanos = core.now;
        if (!e.from().equals(core.self)) {
            Peer peer = core.peers.get(e.from());
            boolean origin = peer != null && peer.origin;
            if (peer != null) {
                peer.tried = true;
                peer.credit.exchanged(e.bytes());
            }
            core.count(
                    t.digest,
                    origin ? Counted.FROM_ORIGIN : Counted.FROM_PEER,
                    e.from(),
                    e.bytes());
        }
        if (!outdated(t, piece)) {
            (t.maps.trusted() || !t.fast ? t.checked : t.vouched).set(piece);
            flow.takes.arrived(t, piece);
            flow.offers.news(t, piece);
        }
        Source s = t.sources.get(e.from());
        if (s == null || t.all() || t.resetWanted) {
            flow.advance(t);
        } else {
            flow.requests.fill(s.peer);
        }
    }

    void pieceBad(Transfer t, Event.PieceBad e) {
        if (!settle(t, e.piece(), e.from())) {
            return;
        }
        boolean mine = e.from().equals(core.self);
        if (mine) {
            t.have.clear(e.piece());
        }
        boolean old = outdated(t, e.piece());
        t.missing(e.piece());
        if (!mine && !old) {
            boolean another = !e.from().equals(t.claims.by(e.piece()));
            if (t.fast && !t.maps.trusted() && another) {
                t.claims.dispute(e.piece()); // one of the two lies: this node reads it itself
            }
            flow.requests.bad(t, e);
        }
        flow.advance(t);
    }

    /** Takes a piece out of the checks under way; false when it was in none. */
    private boolean settle(Transfer t, int piece, NodeId from) {
        if (from.equals(core.self)) {
            boolean known = t.rechecking.get(piece);
            t.rechecking.clear(piece);
            return known;
        }
        boolean known = t.checking.get(piece);
        if (known) {
            t.checking.clear(piece);
            core.pendingBytes -= t.length(piece);
        }
        return known;
    }

    private static boolean outdated(Transfer t, int piece) {
        boolean old = t.outdated.get(piece);
        t.outdated.clear(piece);
        return old;
    }

    /** The digest has spoken. */
    void verified(Transfer t, Optional<PieceMap> map) {
        if (!t.verifying) {
            return;
        }
        t.verifying = false;
        if (map.isPresent()) {
            flow.requests.acquit(t);
            core.justice.proven(t, map.get());
            t.completing = true;
            core.act(new Action.Complete(t.digest, t.maps.with(map.get()), !t.confined));
        } else if (followsMap(t)) {
            flow.requests.acquit(t);
            core.justice.refuted(t);
            t.lastTrouble = "its pieces matched a false piece map";
            flow.wantReset(t);
        } else if (!dispute(t)) {
            flow.wholeFetch.failed(t, "what came from upstream does not match the digest", false);
            flow.wantReset(t);
        }
    }

    private static boolean followsMap(Transfer t) {
        PieceMap map = t.maps.map();
        return map != null && (t.unsure().isEmpty() || (t.fast && t.claims.follows(map, t.have)));
    }

    /**
     * Some piece that came by others' word is false: all of those are read again from upstream, and
     * whoever claimed another hash is named when the digest matches then.
     */
    private boolean dispute(Transfer t) {
        if (t.fast && t.registry == null && flow.ranges.possible(t)) {
            flow.ranges.attach(t);
        }
        if (!t.fast || t.registry == null) {
            return false;
        }
        BitSet suspects = new BitSet();
        for (int p = t.have.nextSetBit(0); p >= 0; p = t.have.nextSetBit(p + 1)) {
            if (!t.claims.readHere(p)) {
                suspects.set(p);
                t.claims.dispute(p);
            }
        }
        if (suspects.isEmpty()) {
            return false;
        }
        t.lastTrouble = "a member claimed a false piece";
        flow.requests.acquit(t);
        t.have.andNot(suspects);
        t.vouched.andNot(suspects);
        t.need.or(suspects);
        t.progressNanos = core.now;
        flow.offers.tell(t.digest);
        flow.advance(t);
        return true;
    }
}
