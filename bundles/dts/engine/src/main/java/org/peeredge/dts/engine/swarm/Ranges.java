// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Set;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.wire.Holding;
import org.peeredge.kernel.api.NodeId;

/**
 * An upstream registry as one more source of a transfer, afar: pieces are read from it by ranges,
 * by whom they are dealt to. So a plain registry serves a LAN one copy, as an origin does.
 */
final class Ranges {
    /** Reads that failed in a row, after which the blob is read whole. */
    private static final int MAX_TRIES = 3;

    private static final long LONGEST_BACK_OFF = 4 * Time.SECOND;
    private static final long LEAD_BYTES = 8L * Pieces.PIECE_BYTES;
    private static final int ID_BYTES = 20;

    private final Core core;
    private final Flow flow;

    Ranges(Core core, Flow flow) {
        this.core = core;
        this.flow = flow;
    }

    /** Whether the blob's upstream can be such a source. */
    boolean possible(Transfer t) {
        return t.upstream.isPresent()
                && t.upstreamState == Transfer.Upstream.IDLE
                && !t.noRanges
                && !t.confined
                && t.pieces() > 1
                && !core.servesUpstream.test(t.upstream.get());
    }

    /** Uses the upstream from now on. */
    void attach(Transfer t) {
        Peer peer =
                core.registries.computeIfAbsent(
                        t.upstream.orElseThrow().registry(), this::registry);
        Source s = new Source(t.digest, peer, core.now);
        s.upstream = true;
        s.answered = true;
        s.holding = Holding.COMPLETE;
        t.registry = s;
        t.fast = true;
        t.oldPieces |= !t.have.isEmpty();
        t.rosterStale = true;
        t.takenNanos = core.now;
        t.sharedNanos = core.now;
        t.sources.put(peer.id, s);
    }

    private Peer registry(String name) {
        Peer peer = new Peer(id(name), Set.of(), false, 0);
        peer.leadBytes = LEAD_BYTES;
        return peer;
    }

    /**
     * Two members contradict each other: this node reads those pieces itself, or, where it cannot,
     * goes by one piece map and lets the digest decide.
     */
    void settle(Transfer t) {
        boolean open = t.fast && !t.maps.trusted() && t.claims.disputed(t.need) >= 0;
        if (!open || t.registry != null || t.store != Transfer.Store.OPEN) {
            return;
        }
        if (possible(t)) {
            attach(t);
            return;
        }
        t.fast = false;
        t.byMapOnly = true;
        t.vouched.clear();
        t.unsigned.clear();
        t.claims.clear();
        t.rosterStale = true;
        flow.offers.tell(t.digest);
        flow.maps.recheck(t);
    }

    /** A name that no node has: its first half is zero. */
    private static NodeId id(String registry) {
        byte[] id = new byte[ID_BYTES];
        byte[] name = registry.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < name.length; i++) {
            int at = ID_BYTES / 2 + i % (ID_BYTES / 2);
            id[at] = (byte) (31 * id[at] + name[i]);
        }
        return new NodeId(HexFormat.of().formatHex(id));
    }

    private void detach(Transfer t, Source s) {
        flow.requests.takeBack(t, s);
        t.sources.remove(s.peer.id);
        t.registry = null;
        t.rosterStale = true;
    }

    /** A piece was read and written. */
    void piece(Transfer t, Event.RangePiece e) {
        Source s = t.registry;
        int piece = e.piece();
        if (s == null || t.store != Transfer.Store.OPEN || piece < 0 || piece >= t.pieces()) {
            return;
        }
        Request r = Requests.of(t, piece, s);
        if (r != null) {
            int bytes = t.length(piece);
            s.peer.delivered(bytes, r.sentNanos(), core.now, core.limits.windowPieces());
            flow.requests.drop(t, r);
            t.rangeTries = 0;
            s.delivered = true;
        }
        core.arrived(t.length(piece));
        if (t.have.get(piece) || t.resetWanted) {
            return;
        }
        t.have.set(piece);
        t.need.clear(piece);
        t.progressNanos = core.now;
        t.usefulNanos = core.now;
        if (t.maps.trusted()) {
            flow.maps.recheck(t);
        }
        flow.claiming.read(t, piece, e.hash());
        flow.readable(t);
        if (t.all()) {
            flow.advance(t);
        } else {
            flow.requests.fill(s.peer);
        }
    }

    /** A range broke off. */
    void failed(Transfer t, Event.RangeFailed e) {
        Source s = t.registry;
        if (s == null) {
            return;
        }
        flow.requests.lose(t, s, e.first());
        t.lastTrouble = e.reason();
        t.rangeTries++;
        if (e.never() || t.rangeTries >= MAX_TRIES) {
            t.noRanges = true;
            detach(t, s);
        } else {
            long wait = Math.min(LONGEST_BACK_OFF, (Time.SECOND / 4) << t.rangeTries);
            s.excludedUntilNanos = core.now + wait;
        }
        flow.advance(t);
    }
}
