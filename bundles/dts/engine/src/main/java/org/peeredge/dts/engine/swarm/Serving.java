// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
    private static final int MAX_MAP_WAITS = 1024;
    private static final int MAX_WAITERS = 256;

    private final Core core;
    private final Map<Key, Long> queue = new LinkedHashMap<>();
    private final Map<Digest, MapWait> mapWaits = new LinkedHashMap<>();
    private final Map<Digest, SignedMap> maps = new LinkedHashMap<>(16, 0.75f, true);
    private long mapBytes;

    Serving(Core core) {
        this.core = core;
    }

    /** Answers a request for symbols, or queues it. */
    void symbols(NodeId from, Message.GetSymbols m) {
        Peer peer = core.peers.get(from);
        if (peer == null) {
            return;
        }
        Refusal refusal = check(m);
        if (refusal == null
                && (peer.servedQueue >= core.limits.queuedPerPeer()
                        || queue.size() >= core.limits.queued())) {
            refusal = Refusal.BUSY;
        }
        if (refusal != null) {
            core.send(from, new Message.Refused(m.digest(), m.group(), m.first(), refusal));
            return;
        }
        if (queue.putIfAbsent(new Key(from, m.digest(), m.group(), m.first()), core.now) == null) {
            peer.servedQueue++;
            core.act(new Action.SendSymbols(from, m));
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
        if (m.codec().type().equals("none")) {
            if (m.codec().symbolBytes() != Pieces.PIECE_BYTES
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
        }
        return null;
    }

    void cancel(NodeId from, Message.Cancel m) {
        if (queue.containsKey(new Key(from, m.digest(), m.group(), m.first()))) {
            core.act(new Action.CancelSymbols(from, m));
        }
    }

    void sent(Event.SymbolsSent e) {
        if (queue.remove(new Key(e.to(), e.digest(), e.group(), e.first())) != null) {
            left(e.to());
        }
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
    }

    /** Forgets what nobody waits for any more. */
    void expire() {
        mapWaits.values().removeIf(w -> core.now - w.sinceNanos > MAP_WAIT_NANOS);
        queue.entrySet()
                .removeIf(e -> {
                    boolean old = core.now - e.getValue() > LONGEST_NANOS;
                    if (old) {
                        left(e.getKey().to);
                    }
                    return old;
                });
    }

    private record Key(NodeId to, Digest digest, int group, int first) {}

    private record MapWait(long sinceNanos, Set<NodeId> waiters) {}
}
