// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.NodeId;

/**
 * What becomes of a group of which enough symbols are here: its pieces, or, where some are false,
 * another try by one member alone, or its pieces asked for one by one.
 */
final class Decoding {
    private final Core core;
    private final CodedAsks asks;

    Decoding(Core core, CodedAsks asks) {
        this.core = core;
        this.asks = asks;
    }

    /** Enough are here. */
    void decode(Transfer t, CodedGroup g) {
        List<Action.Part> parts = parts(t, g);
        if (parts.isEmpty()) {
            abandon(t, g);
            return;
        }
        asks.takeAllBack(t, g);
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
            boolean may = asks.usable(t, g, s) || s.peer.id.equals(g.alone);
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

    /** Nothing comes of it: it is another member's turn, or it goes by pieces. */
    void askOthers(Transfer t, CodedGroup g) {
        NodeId next = g.alone == null ? null : nextAlone(t, g);
        if (next == null) {
            abandon(t, g);
        } else {
            g.alone = next;
            g.progressNanos = core.now;
        }
    }

    /** It is fetched by pieces instead. */
    void abandon(Transfer t, CodedGroup g) {
        asks.takeAllBack(t, g);
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
}
