// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.evidence.Terms;
import org.peeredge.dts.engine.swarm.Action.Counted;
import org.peeredge.dts.engine.swarm.CodedGroup.Ask;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.NodeId;

/**
 * Fetches groups as symbols of a code: several members send different ones, what has come stays of
 * use when a member goes, and what is lost is made up for by any other. See {@code
 * docs/decisions/0021}.
 */
final class Coded {
    /** Symbols in a frame that may get lost, at most: losses may begin at any time. */
    private static final int MOST_LOSSY = 2;

    /** A frame of symbols is so long that it arrives with this chance, where some are lost. */
    private static final double ARRIVES = 0.9;

    private static final double SPARES = 1.5;
    private static final int MAX_LATE = 64;
    private static final int OVERTAKEN = 3;
    private static final long LACKS_NANOS = 60 * Time.SECOND;
    private static final int MAX_STRIKES = 3;

    /** A group of which nothing comes for so long is fetched in another way. */
    private static final long PATIENCE_NANOS = 10 * Time.SECOND;

    private static final long EXCLUDE_NANOS = 10 * Time.SECOND;

    private final Core core;
    private final CodecChoice choice;
    private final Picker picker;

    Coded(Core core, Picker picker) {
        this.core = core;
        this.picker = picker;
        this.choice = new CodecChoice(core);
    }

    /** Begins to fetch the group of a piece, where that is to be coded. */
    boolean begin(Transfer t, Source s, int piece) {
        if (s.upstream || s.peer.oneAtATime() || !t.maps.trusted() || picker.shares(t)) {
            return false;
        }
        int group = piece / Pieces.GROUP_PIECES;
        int first = group * Pieces.GROUP_PIECES;
        int pieces = Math.min(Pieces.GROUP_PIECES, t.pieces() - first);
        boolean busy = t.coded.containsKey(group) || t.plain.get(group);
        if (busy || !hasAll(s, first, pieces)) {
            return false;
        }
        int bytes = 0;
        for (int p = first; p < first + pieces; p++) {
            bytes += t.length(p);
        }
        CodecId codec = choice.choose(s, bytes, t.pieceBytes()).orElse(null);
        if (codec == null) {
            return false;
        }
        BitSet wanted = t.need.get(first, first + pieces);
        BitSet known = t.checked.get(first, first + pieces);
        CodedGroup g = new CodedGroup(group, codec, first, pieces, bytes, wanted, known);
        g.progressNanos = core.now;
        t.coded.put(group, g);
        wanted.stream().forEach(p -> t.coding.set(first + p));
        t.need.andNot(t.coding);
        return true;
    }

    private static boolean hasAll(Source s, int first, int pieces) {
        return s.complete() || s.pieces.nextClearBit(first) >= first + pieces;
    }

    /** Whether some group could do with more symbols than are under way. */
    boolean wants(Transfer t) {
        for (CodedGroup g : t.coded.values()) {
            if (wants(t, g) > 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * How many symbols to ask for beside those that will come, as far as one knows. While more may
     * be fetched, what is lost is asked for again at no cost; in the end, and when no more groups
     * may be begun before some are done, each loss is a round trip.
     */
    private int wants(Transfer t, CodedGroup g) {
        return g.wants(t.need.isEmpty() || !core.mayAsk(t) ? SPARES : 0);
    }

    /** Asks a source with room for symbols of a group that wants some, the oldest first. */
    boolean ask(Transfer t, Source s) {
        for (CodedGroup g : t.coded.values()) {
            int wants = usable(t, g, s) ? wants(t, g) : 0;
            int first = wants > 0 ? g.first() : -1;
            if (first >= 0) {
                send(t, g, s, first, g.run(first, Math.min(wants, frame(g, s))));
                return true;
            }
        }
        return false;
    }

    private boolean usable(Transfer t, CodedGroup g, Source s) {
        return !s.upstream
                && !s.peer.oneAtATime()
                && (g.alone == null || g.alone.equals(s.peer.id))
                && hasAll(s, g.firstPiece, g.pieces)
                && !s.peer.hasNo(g.codec.type(), core.now)
                && t.store == Transfer.Store.OPEN;
    }

    /** How many symbols to ask for in one message. */
    private static int frame(CodedGroup g, Source s) {
        int most = Math.max(1, g.codec.sourceSymbols() / Pieces.GROUP_PIECES);
        if (!s.peer.lossy) {
            return most;
        }
        long fit = s.peer.loss.longest(ARRIVES) / g.codec.symbolBytes();
        return Math.clamp(fit, 1, Math.min(most, MOST_LOSSY));
    }

    private void send(Transfer t, CodedGroup g, Source s, int first, int count) {
        int bytes = g.length(first, count);
        boolean idle = s.peer.inflightBytes == 0;
        long late = s.peer.lossy ? 2 * s.peer.expectedNanos(bytes) : s.peer.lateAfterNanos(bytes);
        long soft = core.now + late;
        long deadline = core.now + s.peer.timeoutNanos(t.pieceBytes());
        double chance = s.peer.lossy ? s.peer.loss.arrives(bytes) : 1;
        g.add(new Ask(s, first, count, bytes, core.now, soft, deadline, chance));
        s.inflight++;
        s.peer.asked(core.now);
        s.peer.inflightBytes += bytes;
        s.peer.lateNanos = idle ? soft : s.peer.lateNanos;
        core.pendingBytes += bytes;
        core.throttle.asked(t, s.peer, bytes);
        t.usefulNanos = core.now;
        s.unsure.set(
                g.firstPiece,
                g.firstPiece + g.pieces,
                !t.maps.proves() && !t.maps.signedBy(s.peer.id));
        core.send(
                s.peer.id,
                new Message.GetSymbols(
                        t.digest,
                        g.group,
                        g.codec,
                        first,
                        count,
                        new byte[0],
                        t.background,
                        t.maps.proves()));
    }

    /** Symbols came; false when nobody asked for them. */
    boolean arrived(Transfer t, Source s, Event.SymbolsArrived e) {
        SymbolsHeader header = e.header();
        CodedGroup g = t.coded.get(header.group());
        if (g == null || !g.codec.equals(header.codec())) {
            return false;
        }
        Ask ask = g.find(g.asks, s, header.first(), header.count());
        Ask late = ask == null ? g.find(g.late, s, header.first(), header.count()) : null;
        if (ask != null) {
            answered(t, g, ask, e.bytes());
        } else if (late != null) {
            g.late.remove(late);
            s.peer.loss.found(core.now - late.sentNanos);
            core.throttle.asked(t, s.peer, late.bytes);
        } else {
            return false;
        }
        if (e.bytes() == g.length(header.first(), header.count())) {
            take(t, g, e);
            return true;
        }
        core.act(new Action.Discard(e.handle()));
        core.count(t.digest, Counted.BAD, s.peer.id, e.bytes());
        String what = header.count() + " symbols of " + header.codec();
        core.punish(s.peer.id, "sent " + e.bytes() + " bytes for " + what, Terms.BAD_PIECE_MILLIS);
        return true;
    }

    private void answered(Transfer t, CodedGroup g, Ask ask, int bytes) {
        Source s = ask.source;
        s.peer.delivered(bytes, t.pieceBytes(), ask.sentNanos, core.now, core.limits.windowBytes());
        drop(g, ask);
        s.peer.loss.seen(bytes, true);
        s.peer.loss.took(core.now - ask.sentNanos);
        t.rosterStale |= s.strikes > 0;
        s.strikes = 0;
        s.delivered = true;
        overtake(t, s, ask.sentNanos);
    }

    /** What was asked for before what came now. */
    private void overtake(Transfer t, Source s, long sentNanos) {
        if (!s.peer.lossy) {
            return;
        }
        for (CodedGroup g : t.coded.values()) {
            for (Ask ask : List.copyOf(g.asks)) {
                boolean earlier = ask.source == s && ask.sentNanos < sentNanos;
                if (earlier && ++ask.overtaken >= OVERTAKEN) {
                    lost(t, g, ask);
                }
            }
        }
    }

    private void take(Transfer t, CodedGroup g, Event.SymbolsArrived e) {
        int first = e.header().first();
        BitSet fresh = new BitSet(e.header().count());
        for (int i = 0; i < e.header().count() && !g.decoding; i++) {
            if (!g.arrived.get(first + i)) {
                fresh.set(i);
                g.arrived.set(first + i);
            }
        }
        if (fresh.isEmpty()) {
            core.act(new Action.Discard(e.handle()));
            core.count(t.digest, Counted.WASTED, e.from(), e.bytes());
            return;
        }
        g.by.merge(e.from(), fresh.cardinality(), Integer::sum);
        g.heldBytes += e.bytes();
        g.progressNanos = core.now;
        core.pendingBytes += e.bytes();
        t.usefulNanos = core.now;
        core.act(
                new Action.KeepSymbols(
                        t.digest, g.group, g.codec, e.from(), e.handle(), first, fresh));
        if (g.here() >= g.enough) {
            decode(t, g);
        }
    }

    private void decode(Transfer t, CodedGroup g) {
        List<Action.Part> parts = parts(t, g);
        if (parts.isEmpty()) {
            abandon(t, g);
            return;
        }
        giveUpAsks(t, g);
        g.decoding = true;
        core.pendingBytes -= g.heldBytes;
        g.heldBytes = 0;
        for (Action.Part part : parts) {
            core.pendingBytes += part.bytes();
            t.checking.set(part.piece());
            t.coding.clear(part.piece());
        }
        core.act(
                new Action.Decode(
                        t.digest, t.sizeBytes, g.group, g.codec, g.bytes, parts, g.known));
    }

    /** What is still to be restored; nothing where that could not be checked now. */
    private static List<Action.Part> parts(Transfer t, CodedGroup g) {
        List<Action.Part> parts = new ArrayList<>(g.pieces);
        int offset = 0;
        for (int p = g.firstPiece; p < g.firstPiece + g.pieces; p++) {
            if (t.coding.get(p) && !t.have.get(p)) {
                byte[] leaf = t.leaf(p);
                if (leaf == null) {
                    return List.of();
                }
                parts.add(new Action.Part(p, offset, t.length(p), leaf));
            }
            offset += t.length(p);
        }
        return parts;
    }

    /** The pieces are stored, each with an event of its own. */
    void decoded(Transfer t, Event.GroupDecoded e) {
        t.coded.remove(e.group());
    }

    /**
     * The symbols did not do: the code wants some more, or there are false ones among them. Then
     * one member after the other is asked for as many as do alone: that tells.
     */
    void undecoded(Transfer t, Event.GroupUndecoded e) {
        CodedGroup g = t.coded.get(e.group());
        if (g == null) {
            return;
        }
        g.decoding = false;
        g.progressNanos = core.now;
        for (int p = g.firstPiece; p < g.firstPiece + g.pieces; p++) {
            if (g.wanted.get(p - g.firstPiece) && t.checking.get(p)) {
                t.checking.clear(p);
                t.outdated.clear(p);
                t.coding.set(p, !t.have.get(p));
                core.pendingBytes -= t.length(p);
            }
        }
        boolean gone = e.more() == 0 || g.hopeless() || t.resetWanted;
        if (!gone && e.mixed()) {
            g.alone = nextAlone(t, g);
            gone = g.alone == null;
            g.enough = g.least;
            if (!gone && g.here() >= g.enough) {
                g.enough = g.here() + 1;
            }
        } else if (!gone) {
            g.enough = g.here() + e.more();
        }
        if (gone) {
            abandon(t, g);
        }
    }

    private @Nullable NodeId nextAlone(Transfer t, CodedGroup g) {
        NodeId best = null;
        int most = -1;
        for (Source s : t.sources.values()) {
            int here = g.by.getOrDefault(s.peer.id, 0);
            boolean may = usable(t, g, s) || s.peer.id.equals(g.alone);
            if (s.holds(core.now) && may && here > most && !g.tried.contains(s.peer.id)) {
                most = here;
                best = s.peer.id;
            }
        }
        if (best != null) {
            g.tried.add(best);
        }
        return best;
    }

    /** It is fetched by pieces instead. */
    private void abandon(Transfer t, CodedGroup g) {
        giveUpAsks(t, g);
        core.pendingBytes -= g.heldBytes;
        t.coded.remove(g.group);
        t.plain.set(g.group);
        for (int p = g.firstPiece; p < g.firstPiece + g.pieces; p++) {
            if (g.wanted.get(p - g.firstPiece)) {
                t.coding.clear(p);
                t.missing(p);
            }
        }
        core.act(new Action.DropSymbols(t.digest, g.group));
    }

    private void giveUpAsks(Transfer t, CodedGroup g) {
        List.copyOf(g.asks).forEach(ask -> takeBack(t, g, ask));
    }

    private void takeBack(Transfer t, CodedGroup g, Ask ask) {
        giveUp(t, g, ask);
        core.send(ask.source.peer.id, new Message.Cancel(t.digest, g.group, ask.first));
    }

    private void giveUp(Transfer t, CodedGroup g, Ask ask) {
        drop(g, ask);
        core.throttle.asked(t, ask.source.peer, -ask.bytes);
        if (g.late.size() >= MAX_LATE) {
            g.late.removeFirst();
        }
        g.late.add(ask);
    }

    private void drop(CodedGroup g, Ask ask) {
        g.remove(ask);
        ask.source.inflight--;
        ask.source.peer.inflightBytes -= ask.bytes;
        core.pendingBytes -= ask.bytes;
    }

    private void lost(Transfer t, CodedGroup g, Ask ask) {
        ask.source.peer.loss.seen(ask.bytes, false);
        giveUp(t, g, ask);
    }

    /** The answer is a no; false when it is not about a coded group. */
    boolean refused(Transfer t, Source s, Message.Refused m) {
        CodedGroup g = t.coded.get(m.group());
        Ask ask = null;
        for (Ask one : g == null ? List.<Ask>of() : g.asks) {
            ask = one.source == s && one.first == m.first() ? one : ask;
        }
        if (g == null || ask == null) {
            return false;
        }
        giveUp(t, g, ask);
        switch (m.reason()) {
            case BUSY -> s.peer.busy(core.now);
            case BAD_REQUEST -> s.peer.lacks(g.codec.type(), core.now + LACKS_NANOS);
            default -> s.exclude(core.now, EXCLUDE_NANOS);
        }
        return true;
    }

    /** A source is gone, or not to be used: what it sent stays. */
    void lose(Transfer t, Source s) {
        for (CodedGroup g : t.coded.values()) {
            for (Ask ask : List.copyOf(g.asks)) {
                if (ask.source == s) {
                    giveUp(t, g, ask);
                }
            }
            g.late.removeIf(ask -> ask.source == s);
        }
    }

    /** The transfer ends or begins anew; what is being decoded ends by itself. */
    void takeAllBack(Transfer t) {
        for (CodedGroup g : List.copyOf(t.coded.values())) {
            if (!g.decoding) {
                abandon(t, g);
            }
        }
    }

    /** The transfer is over: nobody waits for what is being decoded. */
    void end(Transfer t) {
        t.coded.keySet().forEach(group -> core.act(new Action.DropSymbols(t.digest, group)));
        t.coded.clear();
    }

    /** Overdue answers are given up; groups that nobody can bring go by pieces. */
    void tick(Transfer t) {
        for (CodedGroup g : List.copyOf(t.coded.values())) {
            for (Ask ask : List.copyOf(g.asks)) {
                if (ask.source.peer.overdue(ask.sentNanos, ask.deadlineNanos, core.now)) {
                    overdue(t, g, ask);
                } else if (core.now >= ask.softNanos && ask.chance > 0) {
                    g.doubt(ask);
                }
            }
            boolean comes = core.now - g.progressNanos < PATIENCE_NANOS;
            if (!g.decoding && g.asks.isEmpty() && g.first() < 0) {
                abandon(t, g); // the code has no more symbols, and some of these are false
            } else if (!g.decoding && !(comes && brought(t, g))) {
                abandonOrAskOthers(t, g);
            }
        }
    }

    private boolean brought(Transfer t, CodedGroup g) {
        return !g.asks.isEmpty() || t.sources.values().stream().anyMatch(s -> brings(t, g, s));
    }

    private boolean brings(Transfer t, CodedGroup g, Source s) {
        return usable(t, g, s) && s.holds(core.now);
    }

    private void abandonOrAskOthers(Transfer t, CodedGroup g) {
        NodeId next = g.alone == null ? null : nextAlone(t, g);
        if (next == null) {
            abandon(t, g);
        } else {
            g.alone = next;
            g.progressNanos = core.now;
        }
    }

    private void overdue(Transfer t, CodedGroup g, Ask ask) {
        Peer peer = ask.source.peer;
        core.count(t.digest, Counted.TIMEOUT, peer.id, 0);
        if (peer.lossy && !peer.silent(core.now)) {
            lost(t, g, ask);
            return;
        }
        giveUp(t, g, ask);
        if (core.now >= peer.suspendedUntilNanos) {
            peer.timedOut(core.now);
            t.rosterStale = true;
            if (++ask.source.strikes >= MAX_STRIKES) {
                ask.source.exclude(core.now, EXCLUDE_NANOS);
            }
        }
    }
}
