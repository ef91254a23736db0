// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.evidence.Terms;
import org.peeredge.dts.engine.swarm.Action.Counted;
import org.peeredge.dts.engine.swarm.Request.Batch;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.Refusal;
import org.peeredge.kernel.api.NodeId;

/** Asks sources for pieces, and takes requests back; see {@link Late} for those that are late. */
final class Requests {
    /** A read from upstream ends by itself before that, when nothing comes. */
    private static final long UPSTREAM_NANOS = 600 * Time.SECOND;

    private static final int MAX_STRIKES = 3;

    /** Small frames asked of a member at once: it keeps 64 waiting, and is busy beyond that. */
    private static final int MOST_FRAMES = 48;

    private static final long SINGLY_NANOS = Time.SECOND;
    private static final long EXCLUDE_NANOS = 10 * Time.SECOND;
    private static final long UNPROVEN_NANOS = Time.SECOND / 4;
    private static final long DOUBT_NANOS = 600 * Time.SECOND;

    private final Core core;
    private final Picker picker;
    private final Takes takes;
    final Isolation isolation;
    final Yielding yielding;
    final Coded coded;

    /** Ranges begun so far. */
    private long ranges;

    Requests(Core core, Picker picker, Takes takes) {
        this.core = core;
        this.picker = picker;
        this.takes = takes;
        this.isolation = new Isolation(core, this);
        this.yielding = new Yielding(core);
        this.coded = new Coded(core, picker);
    }

    /** Asks as much as windows allow, of the least loaded source first. */
    void fill(Transfer t) {
        if (!ready(t)) {
            return;
        }
        boolean anyNamed = t.sources.values().stream().anyMatch(s -> !s.offPlan && usable(s));
        List<Source> open = new ArrayList<>();
        for (Source s : t.sources.values()) {
            if (usable(s) && (!s.offPlan || !anyNamed)) {
                open.add(s);
            }
        }
        while (!open.isEmpty() && wantsAny(t)) {
            Source best = open.getFirst();
            for (Source s : open) {
                if ((s.inflight + 1L) * best.weight < (best.inflight + 1L) * s.weight) {
                    best = s;
                }
            }
            if (!room(t, best) || !askNext(t, best)) {
                open.remove(best);
            }
        }
    }

    /** As {@link #fill(Transfer)}, where only one source has changed. */
    void fill(Transfer t, Source s) {
        if (s.offPlan) {
            fill(t);
            return;
        }
        while (askOnce(t, s)) {
            // as much as there is room for
        }
    }

    /**
     * A source has room again. The transfers take turns at it: else each member would be busy with
     * another blob, and have nothing yet of those that the others wait for.
     */
    void fill(Peer peer) {
        if (!peer.hasRoom(Pieces.MIN_PIECE_BYTES, Long.MAX_VALUE)) {
            return;
        }
        List<Transfer> all = List.copyOf(core.transfers.values());
        int idle = 0;
        while (idle < all.size()) {
            peer.turn = (peer.turn + 1) % all.size();
            Transfer t = all.get(peer.turn);
            Source s = t.sources.get(peer.id);
            idle = s != null && askOnce(t, s) ? 0 : idle + 1;
        }
    }

    /**
     * A piece has come into the LAN: there is room for the next one from afar. Registries first:
     * who waits for a LAN whose way out is full leaves them idle, and is behind it from then on.
     */
    void fillFromAfar() {
        List.copyOf(core.registries.values()).forEach(this::fill);
        for (Peer peer : List.copyOf(core.peers.values())) {
            if (!peer.neighbour()) {
                fill(peer);
            }
        }
    }

    private boolean askOnce(Transfer t, Source s) {
        if (s.offPlan) {
            fill(t);
            return false;
        }
        return ready(t) && usable(s) && room(t, s) && askNext(t, s);
    }

    /** Asks for symbols of a group that lacks some, else for the next piece or its group. */
    private boolean askNext(Transfer t, Source s) {
        if (coded.ask(t, s)) {
            return true;
        }
        int piece = core.mayAsk(t) ? picker.pick(t, s) : -1;
        if (piece < 0) {
            return false;
        }
        t.helping = false;
        if (coded.begin(t, s, piece)) {
            return coded.ask(t, s);
        }
        ask(t, s, piece, picker.run(t, s, piece));
        return true;
    }

    private boolean wantsAny(Transfer t) {
        return !t.need.isEmpty() || coded.wants(t);
    }

    /** A neighbour has room to send a piece now. */
    boolean accept(Transfer t, Source s, int piece) {
        boolean free = !s.peer.oneAtATime() || s.peer.openBytes() == 0;
        boolean may = core.mayAsk(t) && core.throttle.mayAsk(t, s.peer);
        boolean can = ready(t) && usable(s) && may && free;
        if (!can || !t.need.get(piece) || !t.askable(piece)) {
            return false;
        }
        ask(t, s, piece, 1);
        return true;
    }

    boolean ready(Transfer t) {
        return t.store == Transfer.Store.OPEN
                && (!t.need.isEmpty() || !t.coded.isEmpty())
                && !t.resetWanted
                // Readers see what arrives: nothing that only a single member vouches for.
                && (t.fast || (t.maps.map() != null && (t.maps.trusted() || t.readable != 1)))
                && t.upstreamState != Transfer.Upstream.RUNNING;
    }

    /** Whether the window, and the limits in force, let {@code s} be asked for more now. */
    boolean room(Transfer t, Source s) {
        return s.peer.hasRoom(t.pieceBytes(), s.planWindowBytes)
                && (!s.peer.lossy || s.inflight < MOST_FRAMES)
                && core.throttle.mayAsk(t, s.peer)
                && !isolation.avoids(t, s)
                && !yielding.avoids(t, s);
    }

    boolean usable(Source s) {
        return s.holds(core.now) && s.peer.usable(core.now);
    }

    /** Asks for {@code count} pieces of one group. */
    void ask(Transfer t, Source s, int piece, int count) {
        boolean idle = s.peer.inflightBytes == 0;
        s.unsure.set(piece, piece + count, !t.maps.proves() && !t.maps.signedBy(s.peer.id));
        for (int p = piece; p < piece + count; p++) {
            int length = t.length(p);
            s.inflight++;
            s.peer.inflightBytes += length;
            core.pendingBytes += length;
            core.throttle.asked(t, s.peer, length);
        }
        Batch batch = new Batch(piece, count, s.upstream ? ++ranges : 0);
        s.peer.asked(core.now);
        long soft = core.now + s.peer.lateAfterNanos(t.pieceBytes());
        s.peer.lateNanos = idle ? soft : s.peer.lateNanos;
        long deadline = core.now + timeoutNanos(t, s);
        for (int p = piece; p < piece + count; p++) {
            t.need.clear(p);
            List<Request> all = t.requests.computeIfAbsent(p, _ -> new ArrayList<>(1));
            all.add(new Request(p, s, batch, core.now, soft, deadline));
            t.duplicates += all.size() == 2 ? 1 : 0;
        }
        if (!s.peer.neighbour() && picker.shares(t)) {
            takes.began(t, piece, count);
        }
        t.usefulNanos = core.now;
        if (s.upstream) {
            core.act(
                    new Action.FetchRange(
                            t.digest,
                            batch.range,
                            t.sizeBytes,
                            t.upstream.orElseThrow(),
                            piece,
                            count));
            return;
        }
        int group = piece / Pieces.GROUP_PIECES;
        int k = Math.min(Pieces.GROUP_PIECES, t.pieces() - group * Pieces.GROUP_PIECES);
        CodecId codec = new CodecId(Coding.NONE, k, 0, t.pieceBytes());
        int first = piece % Pieces.GROUP_PIECES;
        core.send(
                s.peer.id,
                new Message.GetSymbols(
                        t.digest,
                        group,
                        codec,
                        first,
                        count,
                        new byte[0],
                        t.background,
                        t.maps.proves()));
    }

    /** What comes from afar shares the LAN's way with all that the others fetch. */
    private long timeoutNanos(Transfer t, Source s) {
        if (s.upstream) {
            return UPSTREAM_NANOS;
        }
        long own = s.peer.timeoutNanos(t.pieceBytes());
        return s.peer.neighbour() ? own : Math.max(own, takes.patienceNanos());
    }

    /** Forgets one request; the piece is needed again unless another request runs. */
    void drop(Transfer t, Request r) {
        List<Request> all = t.requests.get(r.piece());
        if (all == null || !all.remove(r)) {
            return;
        }
        r.batch().open--;
        t.duplicates -= all.size() == 1 ? 1 : 0;
        if (all.isEmpty()) {
            t.requests.remove(r.piece());
        }
        int length = t.length(r.piece());
        r.source().inflight--;
        r.source().peer.inflightBytes -= length;
        core.pendingBytes -= length;
        t.missing(r.piece());
    }

    /** As {@link #drop}, for one that was not answered. */
    private void giveUp(Transfer t, Request r) {
        drop(t, r);
        core.throttle.asked(t, r.source().peer, -t.length(r.piece()));
        if (!t.requests.containsKey(r.piece())) {
            takes.lost(t, r.piece());
        }
    }

    /** The source is told once nothing of what the message asked for is wanted any more. */
    void takeBack(Transfer t, Request r) {
        giveUp(t, r);
        if (r.batch().open == 0 && r.source().upstream) {
            core.act(new Action.StopRange(r.batch().range));
        } else if (r.batch().open == 0) {
            int first = r.batch().first;
            core.send(
                    r.source().peer.id,
                    new Message.Cancel(
                            t.digest, first / Pieces.GROUP_PIECES, first % Pieces.GROUP_PIECES));
        }
    }

    /** A piece came: nobody else need bring it while it is being checked or written. */
    void checking(Transfer t, int piece) {
        for (Request other : List.copyOf(t.requests.getOrDefault(piece, List.of()))) {
            takeBack(t, other);
        }
        t.need.clear(piece);
        t.checking.set(piece);
        t.usefulNanos = core.now;
        core.pendingBytes += t.length(piece);
    }

    /** A piece did not match: who sent it? */
    void bad(Transfer t, Event.PieceBad e) {
        core.count(t.digest, Counted.BAD, e.from(), e.bytes());
        Source s = t.sources.get(e.from());
        if (s != null) {
            boolean claimed = t.fast && s.peer.id.equals(t.claims.by(e.piece()));
            punishSender(t, s, e.piece(), "sent a piece that does not match its hash", claimed);
        }
    }

    /** A member sent symbols that are not those of the group. */
    void forged(Transfer t, Event.SymbolsForged e) {
        core.count(t.digest, Counted.BAD, e.from(), e.bytes());
        Source s = t.sources.get(e.from());
        if (s != null) {
            int piece = e.group() * Pieces.GROUP_PIECES;
            punishSender(t, s, piece, "sent symbols that do not belong to their group", false);
        }
    }

    /**
     * Bans a sender that is proven wrong: by a true map, or by its own word ({@code claimed}). One
     * that may have passed on in good faith what another claimed, or that differs from what one or
     * two members say, is not used for this blob while they are believed, and asked once more when
     * the truth is known.
     */
    void punishSender(Transfer t, Source s, int piece, String why, boolean claimed) {
        NodeId id = s.peer.id;
        boolean byMap = !t.fast || t.maps.trusted(); // else it differs from what another claimed
        boolean knew = !s.unsure.get(piece) && (t.maps.proves() || t.maps.signedBy(id));
        if (s.peer.banned) {
            // One offence, of which more was under way.
        } else if (claimed || (byMap && knew)) {
            core.punish(id, why, Terms.BAD_PIECE_MILLIS);
            core.justice.accuse(id, t.digest, piece);
        } else {
            t.doubted.add(id);
            s.exclude(core.now, DOUBT_NANOS);
            core.justice.doubt(id, t.digest, piece);
        }
        takeBack(t, s);
        fill(t);
    }

    /** What was in use may be false: whoever differed from it may be asked again. */
    void acquit(Transfer t) {
        for (NodeId node : t.doubted) {
            Source s = t.sources.get(node);
            if (s != null) {
                s.excludedUntilNanos = Long.MIN_VALUE;
            }
        }
        t.doubted.clear();
    }

    /** Whether the answer is a no, and what follows. */
    void refused(Transfer t, Source s, Message.Refused m) {
        long at = (long) m.group() * Pieces.GROUP_PIECES + m.first();
        if (coded.refused(t, s, m)) {
            fill(t);
            return;
        }
        if (m.group() < 0 || m.first() < 0 || at >= t.pieces()) {
            return;
        }
        int piece = (int) at;
        int count = 0;
        for (int p = piece; p < Math.min(piece + Pieces.GROUP_PIECES, t.pieces()); p++) {
            Request r = of(t, p, s);
            if (r != null && r.batch().first == piece) {
                count = r.batch().count;
                giveUp(t, r);
            }
        }
        if (count > 1 && m.reason() != Refusal.BUSY) {
            s.singlyUntilNanos = core.now + SINGLY_NANOS; // then it says which one it means
        } else if (count > 0) {
            refused(s, t, piece, m.reason());
        }
        fill(t);
    }

    private void refused(Source s, Transfer t, int piece, Refusal reason) {
        switch (reason) {
            case BUSY -> s.peer.busy(core.now);
            case NOT_HELD -> {
                if (!s.complete() && s.pieces.get(piece)) {
                    s.pieces.clear(piece);
                    t.holder(piece, -1);
                }
                if (s.complete() || ++s.strikes >= MAX_STRIKES) {
                    s.exclude(core.now, EXCLUDE_NANOS);
                }
            }
            case UNPROVEN -> {
                // It asks this node for the proof.
                s.excludedUntilNanos = Math.max(s.excludedUntilNanos, core.now + UNPROVEN_NANOS);
                if (++s.strikes >= MAX_STRIKES) {
                    s.exclude(core.now, EXCLUDE_NANOS);
                }
            }
            case BAD_REQUEST, CONFINED -> s.exclude(core.now, 3 * EXCLUDE_NANOS);
        }
    }

    /** Takes every request to a source away, because it is gone or not to be used. */
    void lose(Transfer t, Source s) {
        coded.lose(t, s);
        for (Request r : all(t)) {
            if (r.source() == s) {
                giveUp(t, r);
            }
        }
    }

    /** Takes the requests of one range away: there will be no answer. */
    void lose(Transfer t, long range) {
        for (Request r : all(t)) {
            if (r.batch().range == range) {
                giveUp(t, r);
            }
        }
    }

    /** Takes back all that a source was asked for. */
    void takeBack(Transfer t, Source s) {
        coded.lose(t, s);
        for (Request r : all(t)) {
            if (r.source() == s) {
                takeBack(t, r);
            }
        }
    }

    /** Takes everything back: the transfer ends. */
    void takeAllBack(Transfer t) {
        coded.takeAllBack(t);
        for (Request r : all(t)) {
            takeBack(t, r);
        }
    }

    static @Nullable Request of(Transfer t, int piece, Source s) {
        for (Request r : t.requests.getOrDefault(piece, List.of())) {
            if (r.source() == s) {
                return r;
            }
        }
        return null;
    }

    static List<Request> all(Transfer t) {
        List<Request> all = new ArrayList<>(t.requests.size());
        for (Iterator<Map.Entry<Integer, List<Request>>> i = t.requests.entrySet().iterator();
                i.hasNext(); ) {
            all.addAll(i.next().getValue());
        }
        return all;
    }
}
