// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.engine.evidence.Terms;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * What the swarm's parts share. Only ordered maps: the order of actions must not depend on hashes.
 */
final class Core {
    private static final int MOST_AHEAD = 8;

    /** Where many have the same to give, about one offer in so many is taken up. */
    private static final int OFFERS_EACH = 4;

    final NodeId self;

    /** What an origin sends is counted as from afar, wherever it is. */
    final boolean origin;

    final SwarmLimits limits;
    final RandomGenerator random;
    final Predicate<UpstreamRef> servesUpstream;
    final Map<NodeId, Peer> peers = new LinkedHashMap<>();

    /** Upstream registries as sources, by name. */
    final Map<String, Peer> registries = new LinkedHashMap<>();

    final Map<Digest, Transfer> transfers = new LinkedHashMap<>();
    final Map<Digest, HeldBlob> held = new LinkedHashMap<>();

    final Uplink uplink = new Uplink();
    final Throttle throttle = new Throttle(this);
    final Justice justice;

    /** What may be coded with. */
    Coding coding = Coding.none();

    /** The time of the event in hand. */
    long now;

    /** Asked for and not yet written. */
    long pendingBytes;

    /** Of pieces and symbols, what has come so far. */
    long inBytes;

    /** About what a short answer weighs; claims are paid for as they go. */
    private static final int ANSWER_BYTES = 128;

    /** A member whose channel ended is mostly back by then, with its blobs. */
    private static final long RETURN_NANOS = 2 * Time.SECOND;

    private final Map<NodeId, Long> away = new LinkedHashMap<>();
    private Consumer<Action> out = action -> {};
    private long arrivedBytes;
    private long arrivedSince = Long.MIN_VALUE;
    private long inflowBytesPerSecond;
    private long answerNanos = 10 * Time.MILLI;

    Core(
            NodeId self,
            Set<Role> roles,
            SwarmLimits limits,
            RandomGenerator random,
            Predicate<UpstreamRef> servesUpstream) {
        this.self = self;
        this.origin = roles.contains(Role.ORIGIN);
        this.limits = limits;
        this.random = random;
        this.servesUpstream = servesUpstream;
        this.justice = new Justice(this);
    }

    void turn(long nowNanos, Consumer<Action> actions) {
        this.now = nowNanos;
        this.out = actions;
    }

    void act(Action action) {
        out.accept(action);
    }

    void send(NodeId to, Message message) {
        out.accept(new Action.Send(to, message));
    }

    void count(Digest digest, Action.Counted what, NodeId peer, long bytes) {
        out.accept(new Action.Count(digest, what, peer, bytes));
    }

    /** A member's channel ended. */
    void left(NodeId id) {
        away.put(id, now);
    }

    /** Whether the member was away for a moment only. */
    boolean returned(NodeId id) {
        Long since = away.remove(id);
        return since != null && now - since < RETURN_NANOS;
    }

    /** Whether a member may be back in a moment: too early to say that nobody has a blob. */
    boolean awaitsReturn() {
        return lost(RETURN_NANOS);
    }

    /** Whether a member's channel ended within this time, 2 s at most, and it is not back. */
    boolean lost(long nanos) {
        away.values().removeIf(since -> now - since >= RETURN_NANOS);
        return away.values().stream().anyMatch(since -> now - since < nanos);
    }

    /** Bans a member for what this node has seen; it is not used from here on. */
    void punish(NodeId id, String reason, long banMillis) {
        punish(id, reason, banMillis, self);
    }

    /** As above, by the evidence of {@code by}. */
    void punish(NodeId id, String reason, long banMillis, NodeId by) {
        Peer peer = peers.get(id);
        if (peer != null) {
            peer.banned = true;
        }
        out.accept(new Action.Punish(id, reason, banMillis, by));
    }

    /** Whether a message is from a connected member that has credit, also for its answer. */
    boolean hears(NodeId from, Message message) {
        Peer peer = peers.get(from);
        if (peer == null || peer.banned) {
            return false;
        }
        if (peer.credit.spend(message, now) && peer.credit.answer(answerBytes(message), now)) {
            return true;
        }
        act(new Action.Drop(from));
        if (peer.credit.flooded()) {
            punish(from, "asked for more than it may", Terms.MALFORMED_MILLIS);
        }
        return false;
    }

    /** What the answer to a question may weigh. */
    private long answerBytes(Message message) {
        return switch (message) {
            case Message.WhoHas m -> {
                Transfer t = transfers.get(m.digest());
                yield ANSWER_BYTES + (t == null ? 0 : t.have.size() / Byte.SIZE);
            }
            case Message.GetMap m -> {
                Transfer t = transfers.get(m.digest());
                HeldBlob blob = held.get(m.digest());
                long size = blob != null ? blob.sizeBytes() : t != null ? t.sizeBytes : 0;
                long leaves = Pieces.count(Math.max(0, size)) * (long) PieceMap.LEAF_BYTES;
                yield ANSWER_BYTES + Math.min(leaves, Limits.MAX_LEAVES_BYTES);
            }
            default -> 0;
        };
    }

    /** Measures what comes in over all links, to bound what is asked for at once. */
    void arrived(int bytes) {
        inBytes += bytes;
        if (arrivedSince == Long.MIN_VALUE) {
            arrivedSince = now;
        }
        arrivedBytes += bytes;
        long since = now - arrivedSince;
        if (since >= Time.SECOND / 4) {
            inflowBytesPerSecond = arrivedBytes * Time.SECOND / since;
            arrivedBytes = 0;
            arrivedSince = now;
        }
    }

    /**
     * Whether one more piece may be asked for: no more than two seconds' worth, so that requests to
     * many members do not wait in each other's way until they time out.
     */
    boolean mayAsk(Transfer t) {
        long worth = Math.max(16L * t.pieceBytes(), 2 * inflowBytesPerSecond);
        return pendingBytes + t.pieceBytes() <= Math.min(limits.inflightBytes(), worth);
    }

    /**
     * A neighbour has answered an offer after so long. What took much longer than usual counts as a
     * little longer: one slow member says nothing of the others.
     */
    void answered(long nanos) {
        long most = answerNanos + answerNanos / 8 + Time.MILLI;
        answerNanos = (7 * answerNanos + Math.min(nanos, most)) / 8;
    }

    /**
     * How long a message to a neighbour and its answer take, with what they wait for on the way.
     */
    long answerNanos() {
        return answerNanos;
    }

    /**
     * Pieces to agree on ahead of time: as many as are sent while an offer is answered, {@link
     * #OFFERS_EACH} times, so that the way out is not idle meanwhile.
     */
    int ahead() {
        long piece = uplink.pieceNanos();
        if (piece == 0) {
            return 0;
        }
        return (int) Math.min(MOST_AHEAD, (OFFERS_EACH * answerNanos + piece * 7 / 8) / piece);
    }

    long inflow() {
        return inflowBytesPerSecond;
    }

    /** Bytes under way from neighbours; not from those that keep them waiting. */
    long lanBytes() {
        long all = 0;
        for (Peer peer : peers.values()) {
            all += peer.neighbour() && now < peer.lateNanos ? peer.inflightBytes : 0;
        }
        return all;
    }

    /** A complete blob in the store. */
    record HeldBlob(long sizeBytes, boolean confined) {}
}
