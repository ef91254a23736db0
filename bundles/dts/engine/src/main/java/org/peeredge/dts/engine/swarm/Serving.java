// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Refusal;
import org.peeredge.kernel.api.NodeId;

/** Checks and queues what members ask for: symbols and maps. */
final class Serving {
    /** An asker has given up by then, whatever became of the sending. */
    private static final long LONGEST_NANOS = 15 * Time.SECOND;

    private static final long MAP_WAIT_NANOS = 5 * Time.SECOND;
    private static final int MAX_COUNT = 64;

    /** An answer that so many later ones have overtaken waits for its receiver. */
    private static final int OVERTAKEN = 2;

    /** Answers to one member under way at once. */
    private static final int PER_PEER = 2;

    private static final int MOST_AHEAD = (1 << 15) - 1;
    private static final int MAX_MAP_WAITS = 1024;
    private static final int MAX_WAITERS = 256;

    private final Core core;
    private final Map<Key, Answer> queue = new LinkedHashMap<>();
    private final Sharing sharing;
    private final Maps proofs;
    private final Map<Digest, MapWait> mapWaits = new LinkedHashMap<>();
    private final Map<Digest, SignedMap> maps = new LinkedHashMap<>(16, 0.75f, true);
    private final Turns turns = new Turns();
    private long mapBytes;

    /** What waits here and could go but for a limit. */
    private long heldBackBytes;

    Serving(Core core, Sharing sharing, Maps proofs) {
        this.core = core;
        this.proofs = proofs;
        this.sharing = sharing;
    }

    /** Answers a request for symbols, or queues it. */
    void symbols(NodeId from, Message.GetSymbols m) {
        Peer peer = core.peers.get(from);
        if (peer == null) {
            return;
        }
        Refusal refusal = check(m);
        if (refusal == Refusal.UNPROVEN) {
            proofs.ask(from, m.digest());
        }
        if (refusal == null
                && (peer.servedQueue >= core.limits.queuedPerPeer()
                        || queue.size() >= core.limits.queued()
                        || core.throttle.refuses(peer, m.background(), heldBackBytes))) {
            refusal = Refusal.BUSY;
        }
        if (refusal != null) {
            core.send(from, new Message.Refused(m.digest(), m.group(), m.first(), refusal));
            return;
        }
        if (queue.putIfAbsent(Key.of(from, m), new Answer(m, core.now)) == null) {
            if (peer.servedQueue++ == 0) {
                turns.enters(from);
            }
            sharing.answered(from, m.digest(), piece(m));
            serve();
        }
    }

    /**
     * Begins as many answers as fill the way out, within the limits: what somebody waits for, of a
     * member with none under way, whose turn it is, rarest first.
     */
    private void serve() {
        int open = core.uplink.slots(core.now);
        Map<NodeId, Integer> underWay = new HashMap<>();
        for (Map.Entry<Key, Answer> e : queue.entrySet()) {
            if (e.getValue().begun()) {
                open -= e.getValue().overtaken < OVERTAKEN ? 1 : 0;
                underWay.merge(e.getKey().to, 1, Integer::sum);
            }
        }
        if (underWay.isEmpty()) {
            core.uplink.begins(core.now);
            open = core.uplink.slots(core.now);
        }
        for (; open > 0; open--) {
            Map.Entry<Key, Answer> next = next(underWay);
            if (next == null) {
                break;
            }
            NodeId to = next.getKey().to;
            next.getValue().begunNanos = core.now;
            underWay.merge(to, 1, Integer::sum);
            core.act(new Action.SendSymbols(to, next.getValue().request));
            sends(to, next.getValue().request);
        }
        heldBackBytes = open > 0 ? waitingBytes() : 0;
        int free = open + core.ahead() - waiting() - sharing.open();
        while (free > 0 && sharing.offer(underWay)) {
            free--;
        }
    }

    private Map.@Nullable Entry<Key, Answer> next(Map<NodeId, Integer> underWay) {
        Map.Entry<Key, Answer> next = null;
        long least = Long.MAX_VALUE;
        boolean othersWait = queue.entrySet().stream().anyMatch(e -> waits(e, false));
        for (Map.Entry<Key, Answer> e : queue.entrySet()) {
            NodeId to = e.getKey().to;
            Message.GetSymbols m = e.getValue().request;
            int many = underWay.getOrDefault(to, 0);
            Peer peer = core.peers.get(to);
            if (many < PER_PEER && peer != null && waits(e, !othersWait && peer.owes)) {
                long turn = Math.clamp(turns.ahead(to), 0, MOST_AHEAD);
                long order =
                        ((m.background() ? 1L : 0L) << 62)
                                + ((long) many << 48)
                                + (turn << 32)
                                + rarity(m);
                if (order < least) {
                    least = order;
                    next = e;
                }
            }
        }
        return next;
    }

    /**
     * Whether an answer may begin, to a member that signs for what it gets, or to one that owes.
     */
    private boolean waits(Map.Entry<Key, Answer> e, boolean owing) {
        Peer peer = core.peers.get(e.getKey().to);
        return !e.getValue().begun()
                && peer != null
                && peer.owes == owing
                && core.throttle.mayServe(peer, e.getValue().request.background());
    }

    private void sends(NodeId to, Message.GetSymbols m) {
        Peer peer = core.peers.get(to);
        if (peer != null) {
            core.throttle.serves(peer, m.background(), bytes(m));
        }
        List<NodeId> others = new ArrayList<>();
        queue.forEach((key, answer) -> {
            if (!answer.begun()) {
                others.add(key.to);
            }
        });
        turns.sends(to, bytes(m), others);
    }

    private static long bytes(Message.GetSymbols m) {
        return (long) m.count() * m.codec().symbolBytes();
    }

    private long waitingBytes() {
        long bytes = 0;
        for (Map.Entry<Key, Answer> e : queue.entrySet()) {
            Message.GetSymbols m = e.getValue().request;
            Peer peer = core.peers.get(e.getKey().to);
            boolean held =
                    !e.getValue().begun()
                            && peer != null
                            && !core.throttle.mayServe(peer, m.background());
            bytes += held ? bytes(m) : 0;
        }
        return bytes;
    }

    /** Bytes that members wait for and that a limit holds back. */
    long heldBackBytes() {
        return heldBackBytes;
    }

    private int waiting() {
        int waiting = 0;
        for (Answer a : queue.values()) {
            waiting += a.begun() ? 0 : 1;
        }
        return waiting;
    }

    private int rarity(Message.GetSymbols m) {
        Transfer t = core.transfers.get(m.digest());
        return t == null ? 0 : t.rarity(piece(m));
    }

    /** Of symbols that are no pieces, the first piece of the group. */
    private static int piece(Message.GetSymbols m) {
        int piece = m.group() * Pieces.GROUP_PIECES;
        return m.codec().type().equals(Coding.NONE) ? piece + m.first() : piece;
    }

    void room(NodeId from) {
        Peer peer = core.peers.get(from);
        if (peer != null) {
            peer.fullUntilNanos = Long.MIN_VALUE;
            changed();
        }
    }

    void declined(NodeId from, Message.Declined m) {
        Peer peer = core.peers.get(from);
        if (peer != null) {
            sharing.declined(peer, m);
            changed();
        }
    }

    private @Nullable Refusal check(Message.GetSymbols m) {
        Core.HeldBlob blob = core.held.get(m.digest());
        Transfer t = core.transfers.get(m.digest());
        long size = blob != null ? blob.sizeBytes() : t != null ? t.sizeBytes : -1;
        if (size < 0) {
            return Refusal.NOT_HELD;
        }
        if (blob != null ? blob.confined() : t != null && t.confined) {
            return Refusal.CONFINED;
        }
        int n = Pieces.count(size);
        long firstOfGroup = (long) m.group() * Pieces.GROUP_PIECES;
        if (m.group() < 0
                || firstOfGroup >= n
                || m.first() < 0
                || m.count() < 1
                || m.count() > MAX_COUNT) {
            return Refusal.BAD_REQUEST;
        }
        int from = (int) firstOfGroup;
        int to = Math.min(n, from + Pieces.GROUP_PIECES);
        if (m.codec().type().equals(Coding.NONE)) {
            if (m.codec().symbolBytes() != Pieces.bytes(size)
                    || m.codec().sourceSymbols() != to - from
                    || m.first() + m.count() > to - from) {
                return Refusal.BAD_REQUEST;
            }
            to = from + m.first() + m.count();
            from += m.first();
        }
        for (int piece = from; blob == null && piece < to; piece++) {
            if (t == null || !t.offers(piece)) {
                return Refusal.NOT_HELD;
            }
            if (m.checked() && !t.maps.proves()) {
                return Refusal.UNPROVEN;
            }
        }
        return null;
    }

    void cancel(NodeId from, Message.Cancel m) {
        Key key = new Key(from, m.digest(), m.group(), m.first());
        Answer answer = queue.get(key);
        if (answer != null && answer.begun()) {
            core.act(new Action.CancelSymbols(from, m));
        } else if (answer != null) {
            queue.remove(key);
            left(from);
            serve();
        }
    }

    void sent(Event.SymbolsDone e) {
        Answer answer = queue.remove(new Key(e.to(), e.digest(), e.group(), e.first()));
        if (answer != null) {
            left(e.to());
            if (e.delivered()) {
                delivered(answer, core.peers.get(e.to()));
            }
            for (Answer other : queue.values()) {
                boolean earlier = other.begun() && other.begunNanos < answer.begunNanos;
                other.overtaken += earlier ? 1 : 0;
            }
        }
        changed();
    }

    private void delivered(Answer answer, @Nullable Peer peer) {
        long bytes = bytes(answer.request);
        if (peer != null) {
            peer.credit.exchanged(bytes);
        }
        boolean pieces = answer.request.codec().type().equals(Coding.NONE);
        int unit = pieces ? answer.request.codec().symbolBytes() : (int) bytes;
        core.uplink.left(bytes, unit, answer.begunNanos, core.now);
    }

    private void left(NodeId id) {
        Peer peer = core.peers.get(id);
        if (peer != null && peer.servedQueue > 0) {
            peer.servedQueue--;
        }
    }

    /** Gives a map: from the transfer, from memory, or from the store. */
    void map(NodeId from, Digest digest) {
        Transfer t = core.transfers.get(digest);
        SignedMap own = t == null || t.confined || !t.maps.trusted() ? null : t.maps.signed();
        Core.HeldBlob blob = core.held.get(digest);
        if (own == null && blob != null && !blob.confined()) {
            own = maps.get(digest);
        }
        if (own != null) {
            if (!own.signatures().isEmpty()) {
                core.send(from, new Message.MapOf(own));
            }
        } else if (blob != null && !blob.confined()) {
            MapWait wait = mapWaits.get(digest);
            if (wait == null && mapWaits.size() < MAX_MAP_WAITS) {
                wait = new MapWait(core.now, new LinkedHashSet<>());
                mapWaits.put(digest, wait);
                core.act(new Action.LoadMap(digest));
            }
            if (wait != null && wait.waiters.size() < MAX_WAITERS) {
                wait.waiters.add(from);
            }
        }
    }

    /** The store gave a map. */
    void loaded(SignedMap map, boolean signed) {
        Digest digest = map.map().digest();
        Core.HeldBlob blob = core.held.get(digest);
        if (blob == null || blob.confined() || !signed) {
            return;
        }
        SignedMap before = maps.put(digest, map);
        mapBytes += map.map().leaves().length;
        mapBytes -= before == null ? 0 : before.map().leaves().length;
        Iterator<SignedMap> oldest = maps.values().iterator();
        while (mapBytes > core.limits.mapBytes() && maps.size() > 1) {
            mapBytes -= oldest.next().map().leaves().length;
            oldest.remove();
        }
        MapWait wait = mapWaits.remove(digest);
        if (wait != null) {
            wait.waiters.forEach(peer -> core.send(peer, new Message.MapOf(map)));
        }
    }

    /** What is kept of a blob has changed: its map is read again when asked for. */
    void forget(Digest digest) {
        SignedMap map = maps.remove(digest);
        mapBytes -= map == null ? 0 : map.map().leaves().length;
    }

    void gone(NodeId peer) {
        queue.keySet().removeIf(key -> key.to.equals(peer));
        turns.gone(peer);
        sharing.gone(peer);
        changed();
    }

    /** Forgets what nobody waits for any more. */
    void expire() {
        mapWaits.values().removeIf(w -> core.now - w.sinceNanos > MAP_WAIT_NANOS);
        queue.entrySet()
                .removeIf(e -> {
                    boolean old = core.now - e.getValue().sinceNanos > LONGEST_NANOS;
                    if (old) {
                        left(e.getKey().to);
                    }
                    return old;
                });
    }

    /** There may be more to send, or more room for it. */
    void changed() {
        sharing.changed();
        serve();
    }

    private record Key(NodeId to, Digest digest, int group, int first) {
        static Key of(NodeId to, Message.GetSymbols m) {
            return new Key(to, m.digest(), m.group(), m.first());
        }
    }

    private static final class Answer {
        final Message.GetSymbols request;
        final long sinceNanos;
        long begunNanos = Long.MIN_VALUE;

        /** Answers that began later and have left already. */
        int overtaken;

        Answer(Message.GetSymbols request, long sinceNanos) {
            this.request = request;
            this.sinceNanos = sinceNanos;
        }

        boolean begun() {
            return begunNanos != Long.MIN_VALUE;
        }
    }

    private record MapWait(long sinceNanos, Set<NodeId> waiters) {}
}
