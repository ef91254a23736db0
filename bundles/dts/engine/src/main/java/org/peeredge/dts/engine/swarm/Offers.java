// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.wire.Holding;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** Tells members what is here, and keeps telling those that want a blob. */
final class Offers {
    private static final long INTEREST_NANOS = 10 * Time.SECOND;
    private static final long SHORTEST_BATCH_NANOS = 10 * Time.MILLI;
    private static final long LONGEST_BATCH_NANOS = 200 * Time.MILLI;

    /** About what a message weighs on its way, with the heads of its record and packet. */
    private static final int MESSAGE_BYTES = 200;

    /** Telling what is here may take this part of the way out. */
    private static final int PART = 50;

    private static final int PIECES_BETWEEN = 3;

    private static final int MAX_NEWS = 1024;

    private final Core core;
    private final Map<Digest, Map<NodeId, Long>> interests = new LinkedHashMap<>();
    private final Map<NodeId, Integer> perPeer = new LinkedHashMap<>();
    private int total;
    private long newsNanos = Long.MIN_VALUE;

    Offers(Core core) {
        this.core = core;
    }

    /** Answers a WhoHas. */
    void answer(NodeId from, Message.WhoHas m) {
        if (m.wants()) {
            remember(m.digest(), from);
        }
        core.send(from, has(m.digest()));
    }

    /** What this node says of a blob. */
    Message.Has has(Digest digest) {
        Core.HeldBlob blob = core.held.get(digest);
        if (blob != null) {
            return blob.confined()
                    ? new Message.Has(digest, Holding.NONE, -1, new BitSet(), false)
                    : new Message.Has(
                            digest, Holding.COMPLETE, blob.sizeBytes(), new BitSet(), false);
        }
        Transfer t = core.transfers.get(digest);
        if (t == null) {
            return new Message.Has(digest, Holding.NONE, -1, new BitSet(), false);
        }
        if (t.offers()) {
            return new Message.Has(
                    digest, Holding.PARTIAL, t.sizeBytes, (BitSet) t.given().clone(), true);
        }
        boolean fetching = !t.confined && (t.fetchesUpstream() || finishing(t));
        return new Message.Has(
                digest,
                fetching ? Holding.FETCHING : Holding.NONE,
                t.sizeBytes,
                new BitSet(),
                !t.completing);
    }

    /** Read whole and about to be complete: others had better wait than fetch it too. */
    private static boolean finishing(Transfer t) {
        return t.verifying || t.completing;
    }

    private void remember(Digest digest, NodeId peer) {
        Map<NodeId, Long> who = interests.get(digest);
        if (who == null || !who.containsKey(peer)) {
            int count = perPeer.getOrDefault(peer, 0);
            if (count >= core.limits.interestsPerPeer() || total >= core.limits.interests()) {
                return;
            }
            perPeer.put(peer, count + 1);
            total++;
        }
        interests
                .computeIfAbsent(digest, d -> new LinkedHashMap<>())
                .put(peer, core.now + INTEREST_NANOS);
    }

    /** Tells all that want it what is here now. */
    void tell(Digest digest) {
        Map<NodeId, Long> who = interests.get(digest);
        if (who != null && !who.isEmpty()) {
            Message.Has has = has(digest);
            who.keySet().forEach(peer -> core.send(peer, has));
        }
    }

    /** A piece can be given from now on. */
    void news(Transfer t, int piece) {
        if (t.offers(piece)) {
            t.news.add(piece);
            if (t.news.size() >= MAX_NEWS) {
                flush(t);
            } else {
                tick();
            }
        }
    }

    /**
     * Tells what is new of all blobs when it is time to: what goes to a member at one time costs it
     * and the way there little more than one message.
     */
    void tick() {
        int many = -1;
        for (Transfer t : core.transfers.values()) {
            if (!t.news.isEmpty()) {
                many = Math.max(many, interests.getOrDefault(t.digest, Map.of()).size());
            }
        }
        boolean due = newsNanos == Long.MIN_VALUE || core.now - newsNanos >= batchNanos(many);
        if (many >= 0 && due) {
            newsNanos = core.now;
            core.transfers.values().forEach(this::flush);
        }
    }

    /**
     * How long to wait for more to tell: many members and a slow way out make it long, and nobody
     * can be given more meanwhile than the few pieces that leave.
     */
    private long batchNanos(int members) {
        long telling = core.uplink.nanos((long) PART * MESSAGE_BYTES * members);
        long fewLeave = PIECES_BETWEEN * core.uplink.pieceNanos();
        return Math.clamp(Math.max(telling, fewLeave), SHORTEST_BATCH_NANOS, LONGEST_BATCH_NANOS);
    }

    /**
     * Tells of the pieces that came since the last time: neighbours of all, since they also offer
     * what is not here; others of what no neighbour has told them before and they lack.
     */
    private void flush(Transfer t) {
        if (t.news.isEmpty()) {
            return;
        }
        Set<NodeId> who = interests.getOrDefault(t.digest, Map.of()).keySet();
        Message.Have near = new Message.Have(t.digest, List.copyOf(t.news));
        t.news.removeIf(piece -> toldAfar(t, piece));
        Message.Have far = new Message.Have(t.digest, List.copyOf(t.news));
        for (NodeId peer : who) {
            Source s = t.sources.get(peer);
            if (s == null || s.peer.neighbour()) {
                core.send(peer, near);
            } else if (lacksAny(s, far.pieces())) {
                core.send(peer, far);
            }
        }
        for (Source s : t.sources.values()) {
            if (s.peer.neighbour() && s.complete() && !who.contains(s.peer.id)) {
                core.send(s.peer.id, near);
            }
        }
        t.news.clear();
    }

    /**
     * Whether a neighbour has it, and told so: members elsewhere need to know one place in this
     * LAN, the way to it is the same. With answers to WhoHas they hear of the others.
     */
    private boolean toldAfar(Transfer t, int piece) {
        for (Source s : t.sources.values()) {
            if (s.peer.neighbour() && s.brings(core.now) && s.has(piece)) {
                return true;
            }
        }
        return false;
    }

    /** Pieces were read from upstream: all that want them hear it, with their hashes. */
    void claim(Transfer t, Message.Claims claims) {
        Map<NodeId, Long> who = interests.get(t.digest);
        if (who != null) {
            who.keySet().forEach(peer -> core.send(peer, claims));
        }
    }

    private static boolean lacksAny(Source s, List<Integer> pieces) {
        for (int piece : pieces) {
            if (!s.has(piece)) {
                return true;
            }
        }
        return false;
    }

    /** Forgets who has not asked for long. */
    void expire() {
        List<Digest> empty = new ArrayList<>();
        interests.forEach((digest, who) -> {
            who.entrySet()
                    .removeIf(e -> {
                        boolean old = core.now >= e.getValue();
                        if (old) {
                            forgotten(e.getKey());
                        }
                        return old;
                    });
            if (who.isEmpty()) {
                empty.add(digest);
            }
        });
        empty.forEach(interests::remove);
    }

    /** A member is gone. */
    void gone(NodeId peer) {
        if (!perPeer.containsKey(peer)) {
            return;
        }
        for (Map<NodeId, Long> who : interests.values()) {
            if (who.remove(peer) != null) {
                forgotten(peer);
            }
        }
    }

    /** It has all of it now, or wants it no more. */
    void satisfied(Digest digest, NodeId peer) {
        Map<NodeId, Long> who = interests.get(digest);
        if (who != null && who.remove(peer) != null) {
            forgotten(peer);
        }
    }

    private void forgotten(NodeId peer) {
        total--;
        perPeer.compute(peer, (p, n) -> n == null || n <= 1 ? null : n - 1);
    }
}
