// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.List;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.engine.swarm.Action.Counted;
import org.peeredge.dts.engine.swarm.CodedGroup.Ask;
import org.peeredge.dts.engine.wire.Message;

/** Asks members for symbols of groups, and takes that back. */
final class CodedAsks {
    /** Symbols in a frame that may get lost, at most: losses may begin at any time. */
    private static final int MOST_LOSSY = 2;

    /** A frame of symbols is so long that it arrives with this chance, where some are lost. */
    private static final double ARRIVES = 0.9;

    private static final int MAX_LATE = 64;
    private static final int MAX_STRIKES = 3;

    /** Who did not do what was asked is not asked so long. */
    static final long EXCLUDE_NANOS = 10 * Time.SECOND;

    private final Core core;

    CodedAsks(Core core) {
        this.core = core;
    }

    /** Whether a source can make symbols of a group. */
    static boolean hasAll(Source s, int first, int pieces) {
        return s.complete() || s.pieces.nextClearBit(first) >= first + pieces;
    }

    /** Whether a source may be asked for symbols of a group. */
    boolean usable(Transfer t, CodedGroup g, Source s) {
        return !s.upstream
                && !s.peer.oneAtATime()
                && (g.alone == null || g.alone.equals(s.peer.id))
                && hasAll(s, g.firstPiece, g.pieces)
                && !s.peer.hasNo(g.codec.type(), core.now)
                && t.store == Transfer.Store.OPEN;
    }

    /** Whether it holds the group as well, as far as one knows. */
    boolean brings(Transfer t, CodedGroup g, Source s) {
        return usable(t, g, s) && s.holds(core.now);
    }

    /** How many symbols to ask for in one message. */
    static int frame(CodedGroup g, Source s) {
        int most = Math.max(1, g.codec.sourceSymbols() / Pieces.GROUP_PIECES);
        if (!s.peer.lossy) {
            return most;
        }
        long fit = s.peer.loss.longest(ARRIVES) / g.codec.symbolBytes();
        return Math.clamp(fit, 1, Math.min(most, MOST_LOSSY));
    }

    /** Asks. */
    void send(Transfer t, CodedGroup g, Source s, int first, int count) {
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

    /** It is answered, or given up. */
    void drop(CodedGroup g, Ask ask) {
        g.remove(ask);
        ask.source.inflight--;
        ask.source.peer.inflightBytes -= ask.bytes;
        core.pendingBytes -= ask.bytes;
    }

    /** It is not awaited; what comes all the same is of use. */
    void giveUp(Transfer t, CodedGroup g, Ask ask) {
        drop(g, ask);
        core.throttle.asked(t, ask.source.peer, -ask.bytes);
        if (g.late.size() >= MAX_LATE) {
            g.late.removeFirst();
        }
        g.late.add(ask);
    }

    private void takeBack(Transfer t, CodedGroup g, Ask ask) {
        giveUp(t, g, ask);
        core.send(ask.source.peer.id, new Message.Cancel(t.digest, g.group, ask.first));
    }

    /** Nothing more of a group is wanted. */
    void takeAllBack(Transfer t, CodedGroup g) {
        List.copyOf(g.asks).forEach(ask -> takeBack(t, g, ask));
    }

    /** The frame got lost. */
    void lost(Transfer t, CodedGroup g, Ask ask) {
        ask.source.peer.loss.seen(ask.bytes, false);
        giveUp(t, g, ask);
    }

    /** It was not answered in time. */
    void overdue(Transfer t, CodedGroup g, Ask ask) {
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
