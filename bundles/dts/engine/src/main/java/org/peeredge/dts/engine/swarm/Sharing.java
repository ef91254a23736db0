// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Passes pieces on within the LAN. Whoever has room on its way out offers the rarest piece to a
 * neighbour that lacks it; the neighbour asks for it, unless it comes from another already. So
 * every way out is busy while somebody lacks something, nothing comes twice, and nobody waits in a
 * queue while others idle: request, grant and accept as in a switch (McKeown 1999), begun by the
 * sender.
 */
final class Sharing {
    /** Where nothing was offered for so long, neighbours are asked. */
    private static final long SILENCE_NANOS = 2 * Time.SECOND;

    private static final long ANSWER_NANOS = 30 * Time.MILLI;
    private static final long COVERED_NANOS = Time.SECOND;
    private static final long BUSY_NANOS = 200 * Time.MILLI;
    private static final long INCOMING_NANOS = 40 * Time.MILLI;
    private static final int LOOK_AT = 256;

    /** Of the holders of a piece, so many on average offer it to a receiver first. */
    private static final int FIRST_HOLDERS = 2;

    private final Core core;

    /** Offers that wait for an answer, one for each neighbour at most. */
    private final Map<NodeId, Offered> offered = new LinkedHashMap<>();

    /** Who wants what is complete here. */
    private final Map<Digest, Map<NodeId, Source>> seeds = new LinkedHashMap<>();

    /** When a neighbour last offered a piece of any blob. */
    private long offeredNanos = Long.MIN_VALUE;

    /** There was nothing to offer, and nothing has changed since. */
    private boolean idle;

    Sharing(Core core) {
        this.core = core;
    }

    private record Offered(Digest digest, int piece, long sinceNanos, long untilNanos) {}

    // The sender

    /** Offers that may still be taken up: each keeps a place on the way out. */
    int open() {
        offered.values().removeIf(o -> core.now >= o.untilNanos);
        return offered.size();
    }

    /** Offers one piece to one neighbour; false when there is none to offer. */
    boolean offer(Map<NodeId, Integer> underWay) {
        if (core.origin || idle) {
            return false;
        }
        Best best = new Best();
        for (Transfer t : core.transfers.values()) {
            if (t.gives()) {
                for (Source s : t.sources.values()) {
                    consider(best, t.digest, s, t.given(), t, underWay);
                }
            }
        }
        seeds.forEach((digest, receivers) -> {
            Core.HeldBlob blob = core.held.get(digest);
            if (blob != null && !blob.confined()) {
                BitSet all = new BitSet();
                all.set(0, Pieces.count(blob.sizeBytes()));
                for (Source s : receivers.values()) {
                    consider(best, digest, s, all, null, underWay);
                }
            }
        });
        Source to = best.to;
        Digest digest = best.digest;
        if (to == null || digest == null) {
            idle = true;
            return false;
        }
        long until = core.now + ANSWER_NANOS + 4 * core.answerNanos();
        offered.put(to.peer.id, new Offered(digest, best.piece, core.now, until));
        to.cover(best.piece, core.now + COVERED_NANOS);
        core.send(to.peer.id, new Message.Offer(digest, best.piece));
        return true;
    }

    private static final class Best {
        @Nullable Digest digest;
        @Nullable Source to;
        int piece;
        long order = Long.MAX_VALUE;
        int ties;
    }

    /**
     * What this node is among the first to offer is best, of that the rarest piece, and of those
     * the one for the member that lacks most. So two rarely offer the same, though nobody told them
     * who gives what to whom.
     */
    private void consider(
            Best best,
            Digest digest,
            Source s,
            BitSet here,
            @Nullable Transfer t,
            Map<NodeId, Integer> underWay) {
        int many = underWay.getOrDefault(s.peer.id, 0);
        if (!receives(s) || many > 1) {
            return;
        }
        long lacks = (long) here.cardinality() - s.pieces.cardinality();
        int seen = 0;
        for (int p = lacking(here, s, 0); p >= 0 && seen < LOOK_AT; p = lacking(here, s, p + 1)) {
            if (s.covered(p, core.now)) {
                continue;
            }
            seen++;
            long rarity = t == null ? rarity(digest, p) : t.rarity(p);
            long others = first(s.peer.id, p, rarity) ? 0 : 1L << 54;
            long order = ((long) many << 56) + others + (rarity << 40) - lacks;
            order += s.peer.owes ? 1L << 60 : 0;
            best.ties = order == best.order ? best.ties + 1 : 1;
            if (order < best.order
                    || (order == best.order && core.random.nextInt(best.ties) == 0)) {
                best.order = order;
                best.digest = digest;
                best.to = s;
                best.piece = p;
            }
        }
    }

    /** By lot (rendezvous), which falls the same way at every look. */
    private boolean first(NodeId to, int piece, long otherHolders) {
        long lot = Ownership.mix(Ownership.mix(core.self.hashCode() * 31L + piece) ^ to.hashCode());
        return otherHolders < FIRST_HOLDERS
                || Long.compareUnsigned(
                                lot, Long.divideUnsigned(-1L, otherHolders + 1) * FIRST_HOLDERS)
                        <= 0;
    }

    private static int lacking(BitSet here, Source s, int from) {
        int p = here.nextSetBit(from);
        while (p >= 0 && s.pieces.get(p)) {
            p = here.nextSetBit(s.pieces.nextClearBit(p));
        }
        return p;
    }

    private int rarity(Digest digest, int piece) {
        int holders = 0;
        for (Source s : seeds.getOrDefault(digest, Map.of()).values()) {
            holders += s.pieces.get(piece) ? 1 : 0;
        }
        return holders;
    }

    // Blobs that are complete here

    /** The blob is complete: those who still want it are given what they lack. */
    void completed(Transfer t) {
        Map<NodeId, Source> receivers = new LinkedHashMap<>();
        t.sources.forEach((id, s) -> {
            if (s.peer.neighbour() && !s.complete() && s.wants(core.now)) {
                receivers.put(id, s);
            }
        });
        if (!receivers.isEmpty()) {
            seeds.put(t.digest, receivers);
            changed();
        }
    }

    /** A neighbour wants a blob, which may be complete here. */
    void wanted(NodeId from, Message.WhoHas m) {
        Peer peer = core.peers.get(from);
        if (peer == null || !peer.neighbour() || !core.held.containsKey(m.digest())) {
            return;
        }
        if (!m.wants()) {
            satisfied(m.digest(), from);
        } else if (seeds.size() < core.limits.transfers() || seeds.containsKey(m.digest())) {
            seeds.computeIfAbsent(m.digest(), d -> new LinkedHashMap<>())
                    .computeIfAbsent(from, id -> new Source(m.digest(), peer, core.now))
                    .wanting(true, core.now);
            changed();
        }
    }

    /** Whether somebody wants what is complete here. */
    boolean seeding() {
        return !seeds.isEmpty();
    }

    /** It has all of it now, or wants it no more. */
    void satisfied(Digest digest, NodeId node) {
        Map<NodeId, Source> receivers = seeds.get(digest);
        if (receivers != null && receivers.remove(node) != null && receivers.isEmpty()) {
            seeds.remove(digest);
        }
    }

    /** A neighbour has pieces of a blob that is complete here. */
    void told(Digest digest, NodeId node, Iterable<Integer> pieces) {
        Source s = seeds.getOrDefault(digest, Map.of()).get(node);
        Core.HeldBlob blob = core.held.get(digest);
        if (s != null && blob != null) {
            int n = Pieces.count(blob.sizeBytes());
            for (int p : pieces) {
                if (p >= 0 && p < n) {
                    s.pieces.set(p);
                    s.covered.remove(p);
                }
            }
        }
    }

    /** The blob is gone. */
    void forget(Digest digest) {
        seeds.remove(digest);
    }

    /** Forgets who has not asked for long. */
    void expire() {
        seeds.values().forEach(r -> r.values().removeIf(s -> !s.wants(core.now)));
        seeds.values().removeIf(Map::isEmpty);
    }

    private boolean receives(Source s) {
        return s.peer.neighbour()
                && !s.complete()
                && s.wants(core.now)
                && core.now >= s.peer.fullUntilNanos
                && core.throttle.mayServe(s.peer, false)
                && !offered.containsKey(s.peer.id);
    }

    /** Something may have changed. */
    void changed() {
        idle = false;
    }

    /** It asked for the piece, or said no. */
    void answered(NodeId from, Digest digest, int piece) {
        Offered o = offered.get(from);
        if (o != null && o.piece == piece && o.digest.equals(digest)) {
            offered.remove(from);
            changed();
            core.answered(core.now - o.sinceNanos);
        }
    }

    void declined(Peer from, Message.Declined m) {
        answered(from.id, m.digest(), m.piece());
        if (m.later()) {
            from.fullUntilNanos = core.now + BUSY_NANOS;
            Transfer t = core.transfers.get(m.digest());
            Source s =
                    t == null
                            ? seeds.getOrDefault(m.digest(), Map.of()).get(from.id)
                            : t.sources.get(from.id);
            if (s != null) {
                s.covered.remove(m.piece());
            }
        }
    }

    /** A member is gone. */
    void gone(NodeId peer) {
        offered.remove(peer);
        seeds.values().forEach(r -> r.remove(peer));
    }

    // The receiver

    /** Whether neighbours offer what this node lacks, so that it need not ask. */
    boolean offersCome(Transfer t) {
        return core.now - Math.max(t.sharedNanos, offeredNanos) < SILENCE_NANOS;
    }

    /** A neighbour has room for a piece. */
    void offered(Transfer t, Source s, int piece, Requests requests, Late late) {
        boolean known = piece < t.pieces() && !t.have.get(piece);
        if (known && requests.usable(s)) {
            // Who offers only what is here knows little of this node: it has to ask. And what is
            // offered by somebody that is not to be asked brings nothing.
            offeredNanos = core.now;
        }
        if (known && !s.pieces.get(piece) && !s.complete()) {
            s.pieces.set(piece);
            t.holder(piece, 1);
            t.near.set(piece);
        }
        boolean room =
                core.lanBytes() + t.pieceBytes() <= incoming(t) && core.throttle.mayAsk(t, s.peer);
        if (known && room && requests.accept(t, s, piece)) {
            return;
        }
        if (known && room && late.hedge(t, s, piece)) {
            return;
        }
        // Not only what is needed now: before the store is open, or a hash known, all is wanted
        // later.
        boolean comes =
                t.requests.containsKey(piece) || t.coding.get(piece) || t.checking.get(piece);
        boolean later = known && !comes;
        if (later) {
            t.declined.add(s.peer.id);
        }
        core.send(s.peer.id, new Message.Declined(t.digest, piece, later));
    }

    /** Bytes that may be under way from neighbours. */
    private long incoming(Transfer t) {
        long soon = core.inflow() * INCOMING_NANOS / Time.SECOND / t.pieceBytes();
        return (1 + core.ahead() + soon) * t.pieceBytes();
    }

    /** There is room again: says so to those who were told that there was none. */
    void room() {
        long coming = core.lanBytes();
        for (Transfer t : core.transfers.values()) {
            if (coming + t.pieceBytes() > incoming(t)) {
                continue;
            }
            t.declined.removeIf(node -> {
                Peer peer = core.peers.get(node);
                boolean now = peer == null || core.throttle.mayAsk(t, peer);
                if (now) {
                    core.send(node, new Message.Room(t.digest));
                }
                return now;
            });
        }
    }

    /** A neighbour has a piece. */
    void told(Transfer t, Source s, int piece) {
        s.covered.remove(piece);
    }
}
