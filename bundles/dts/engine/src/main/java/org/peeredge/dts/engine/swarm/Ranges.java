// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
    private static final int LEAD_PIECES = 8;
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
        peer.tried = true;
        peer.leadPieces = LEAD_PIECES;
        peer.upstream = true;
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

    /** A piece that this node has read itself and is writing. */
    record Read(long range, byte[] hash) {}

    /** A piece was read: whether it is to be kept. */
    boolean read(Transfer t, Event.RangeRead e) {
        int piece = e.piece();
        Source s = t.registry;
        Request r = s == null || piece < 0 || piece >= t.pieces() ? null : of(t, piece, s, e);
        if (s == null || r == null) {
            return false;
        }
        core.arrived(t.length(piece));
        if (t.maps.trusted() && !Arrays.equals(e.hash(), t.maps.leaf(piece))) {
            giveUp(t, s, "what it sends for piece " + piece + " is false");
            return false;
        }
        s.peer.delivered(
                t.length(piece),
                t.pieceBytes(),
                r.sentNanos(),
                core.now,
                core.limits.windowBytes());
        flow.requests.drop(t, r);
        t.rangeTries = 0;
        s.delivered = true;
        boolean keep =
                !t.have.get(piece)
                        && !t.checking.get(piece)
                        && !t.resetWanted
                        && t.store == Transfer.Store.OPEN;
        if (keep) {
            flow.requests.checking(t, piece);
            t.writing.put(piece, new Read(e.number(), e.hash()));
        }
        flow.requests.fill(s.peer);
        return keep;
    }

    private static @Nullable Request of(Transfer t, int piece, Source s, Event.RangeRead e) {
        Request r = Requests.of(t, piece, s);
        return r != null && r.batch().range == e.number() ? r : null;
    }

    /** A piece is on disk, unless there was trouble. */
    void written(Transfer t, Event.RangeWritten e) {
        int piece = e.piece();
        Read read = t.writing.get(piece);
        if (read == null || read.range != e.number()) {
            return; // of an earlier transfer
        }
        t.writing.remove(piece);
        t.checking.clear(piece);
        t.outdated.clear(piece);
        core.pendingBytes -= t.length(piece);
        if (e.trouble().isPresent()) {
            t.missing(piece);
            flow.storeFailed(t, e.trouble().get(), e.full());
            return;
        }
        boolean trusted = t.maps.trusted();
        if (trusted && !Arrays.equals(read.hash, t.maps.leaf(piece))) {
            t.missing(piece); // a map came meanwhile
            if (t.registry != null) {
                giveUp(t, t.registry, "what it sent for piece " + piece + " is false");
            }
            return;
        }
        t.have.set(piece);
        t.progressNanos = core.now;
        t.usefulNanos = core.now;
        if (trusted) {
            t.checked.set(piece);
            flow.takes.arrived(t, piece);
            flow.offers.news(t, piece);
        } else {
            flow.claiming.read(t, piece, read.hash);
        }
        flow.readable(t);
        if (t.all() || t.resetWanted) {
            flow.advance(t);
        }
    }

    /** It is false, and no source any more. */
    private void giveUp(Transfer t, Source s, String why) {
        t.lastTrouble = s.upstream ? t.upstream.orElseThrow().registry() + ": " + why : why;
        t.noRanges = true;
        detach(t, s);
        flow.advance(t);
    }

    /** A range broke off. */
    void failed(Transfer t, Event.RangeFailed e) {
        Source s = t.registry;
        boolean mine = Requests.all(t).stream().anyMatch(r -> r.batch().range == e.number());
        if (s == null || !mine) {
            return;
        }
        flow.requests.lose(t, e.number());
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
