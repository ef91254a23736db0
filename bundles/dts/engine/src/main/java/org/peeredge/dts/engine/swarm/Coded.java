// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.BitSet;
import java.util.List;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.evidence.Terms;
import org.peeredge.dts.engine.swarm.Action.Counted;
import org.peeredge.dts.engine.swarm.CodedGroup.Ask;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;

/**
 * Fetches groups as symbols of a code: several members send different ones, what has come stays of
 * use when a member goes, and what is lost is made up for by any other. See {@code
 * docs/decisions/0021}.
 */
final class Coded {
    private static final double SPARES = 1.5;
    private static final int OVERTAKEN = 3;
    private static final long LACKS_NANOS = 60 * Time.SECOND;

    /** A group of which nothing comes for so long is fetched in another way. */
    private static final long PATIENCE_NANOS = 10 * Time.SECOND;

    private final Core core;
    private final CodecChoice choice;
    private final Picker picker;
    private final CodedAsks asks;
    final Decoding decoding;

    Coded(Core core, Picker picker) {
        this.core = core;
        this.picker = picker;
        this.choice = new CodecChoice(core);
        this.asks = new CodedAsks(core);
        this.decoding = new Decoding(core, asks);
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
        if (busy || !CodedAsks.hasAll(s, first, pieces)) {
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
            int wants = asks.usable(t, g, s) ? wants(t, g) : 0;
            int first = wants > 0 ? g.first() : -1;
            if (first >= 0) {
                asks.send(t, g, s, first, g.run(first, Math.min(wants, CodedAsks.frame(g, s))));
                return true;
            }
        }
        return false;
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
        asks.drop(g, ask);
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
                    asks.lost(t, g, ask);
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
            decoding.decode(t, g);
        }
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
        asks.giveUp(t, g, ask);
        switch (m.reason()) {
            case BUSY -> s.peer.busy(core.now);
            case BAD_REQUEST -> s.peer.lacks(g.codec.type(), core.now + LACKS_NANOS);
            default -> s.exclude(core.now, CodedAsks.EXCLUDE_NANOS);
        }
        return true;
    }

    /** A source is gone, or not to be used: what it sent stays. */
    void lose(Transfer t, Source s) {
        for (CodedGroup g : t.coded.values()) {
            for (Ask ask : List.copyOf(g.asks)) {
                if (ask.source == s) {
                    asks.giveUp(t, g, ask);
                }
            }
            g.late.removeIf(ask -> ask.source == s);
        }
    }

    /** The transfer ends or begins anew; what is being decoded ends by itself. */
    void takeAllBack(Transfer t) {
        for (CodedGroup g : List.copyOf(t.coded.values())) {
            if (!g.decoding) {
                decoding.abandon(t, g);
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
                    asks.overdue(t, g, ask);
                } else if (core.now >= ask.softNanos && ask.chance > 0) {
                    g.doubt(ask);
                }
            }
            boolean comes = core.now - g.progressNanos < PATIENCE_NANOS;
            if (!g.decoding && g.asks.isEmpty() && g.first() < 0) {
                decoding.abandon(t, g); // the code has no more symbols, and some of these are false
            } else if (!g.decoding && !(comes && brought(t, g))) {
                decoding.askOthers(t, g);
            }
        }
    }

    private boolean brought(Transfer t, CodedGroup g) {
        return !g.asks.isEmpty() || t.sources.values().stream().anyMatch(s -> asks.brings(t, g, s));
    }
}
