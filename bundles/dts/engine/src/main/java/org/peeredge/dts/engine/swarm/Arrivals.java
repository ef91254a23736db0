// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.swarm.Action.Counted;
import org.peeredge.dts.engine.wire.SymbolsHeader;

/** Takes the pieces that arrive, as far as they were asked for. */
final class Arrivals {
    private final Core core;
    private final Requests requests;
    private final Sharing sharing;
    private final Late late;

    Arrivals(Core core, Requests requests, Late late, Sharing sharing) {
        this.late = late;
        this.core = core;
        this.sharing = sharing;
        this.requests = requests;
    }

    /** Bytes came. */
    void arrived(Event.SymbolsArrived e) {
        SymbolsHeader header = e.header();
        Transfer t = core.transfers.get(header.digest());
        Source s = t == null ? null : t.sources.get(e.from());
        core.arrived(e.bytes());
        long first = (long) header.group() * Pieces.GROUP_PIECES + header.first();
        if (t != null && s != null && !header.codec().type().equals(Coding.NONE)) {
            coded(t, s, e);
            return;
        }
        if (t == null
                || s == null
                || header.group() < 0
                || header.first() < 0
                || header.count() > Pieces.GROUP_PIECES
                || first + header.count() > t.pieces()) {
            drop(e);
            return;
        }
        BitSet asked = asked(t, s, (int) first, header.count(), e);
        if (asked.isEmpty()) {
            drop(e);
            return;
        }
        take(t, s, (int) first, asked, e);
        sharing.room();
        requests.fill(s.peer);
    }

    private void coded(Transfer t, Source s, Event.SymbolsArrived e) {
        if (!requests.coded.arrived(t, s, e)) {
            drop(e);
            return;
        }
        sharing.room();
        requests.fill(s.peer);
    }

    /**
     * Which pieces of a frame, by their place in it, were asked for; those requests are answered.
     */
    private BitSet asked(Transfer t, Source s, int first, int count, Event.SymbolsArrived e) {
        BitSet asked = new BitSet(count);
        List<Request> answered = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int piece = first + i;
            Request r = Requests.of(t, piece, s);
            if (r != null) {
                answered.add(r);
                asked.set(i);
            } else if (s.late != null && s.late.get(piece)) {
                s.late.clear(piece);
                core.throttle.asked(t, s.peer, t.length(piece));
                asked.set(i);
            }
        }
        if (!answered.isEmpty()) {
            long sent = answered.getFirst().sentNanos();
            s.peer.delivered(e.bytes(), t.pieceBytes(), sent, core.now, core.limits.windowBytes());
            answered.forEach(r -> requests.drop(t, r));
            s.peer.loss.seen(e.bytes(), true);
            s.peer.loss.took(core.now - sent);
            late.overtaken(t, s, sent);
            t.rosterStale |= s.strikes > 0;
            s.strikes = 0;
            s.delivered = true;
        }
        return asked;
    }

    private void take(Transfer t, Source s, int first, BitSet asked, Event.SymbolsArrived e) {
        int count = e.header().count();
        long expected = 0;
        for (int i = 0; i < count; i++) {
            expected += t.length(first + i);
        }
        if (e.bytes() != expected) {
            core.act(new Action.Discard(e.handle()));
            core.count(t.digest, Counted.BAD, e.from(), e.bytes());
            requests.punishSender(
                    t,
                    s,
                    first,
                    "sent " + e.bytes() + " bytes for pieces of " + expected + " bytes",
                    false);
            return;
        }
        List<Action.Part> parts = new ArrayList<>(count);
        int wasted = 0;
        for (int i = 0; i < count; i++) {
            int piece = first + i;
            int bytes = t.length(piece);
            if (asked.get(i) && wanted(t, piece)) {
                requests.checking(t, piece);
                s.peer.unjudgedBytes += bytes;
                int offset = i * t.pieceBytes();
                parts.add(new Action.Part(piece, offset, bytes, leaf(t, piece)));
            } else {
                wasted += bytes;
            }
        }
        if (wasted > 0) {
            core.count(t.digest, Counted.WASTED, e.from(), wasted);
        }
        core.act(
                parts.isEmpty()
                        ? new Action.Discard(e.handle())
                        : new Action.CheckAndStore(t.digest, e.from(), e.handle(), parts));
    }

    private static boolean wanted(Transfer t, int piece) {
        return !t.have.get(piece)
                && !t.checking.get(piece)
                && !t.coding.get(piece)
                && t.leaf(piece) != null
                && !t.resetWanted
                && t.store == Transfer.Store.OPEN;
    }

    private static byte[] leaf(Transfer t, int piece) {
        byte[] leaf = t.leaf(piece);
        if (leaf == null) {
            throw new IllegalStateException("piece " + piece + " has no hash");
        }
        return leaf;
    }

    private void drop(Event.SymbolsArrived e) {
        core.act(new Action.Discard(e.handle()));
        core.count(e.header().digest(), Counted.WASTED, e.from(), e.bytes());
        Peer peer = core.peers.get(e.from());
        if (peer != null) {
            core.throttle.unasked(peer, e.bytes());
        }
    }
}
