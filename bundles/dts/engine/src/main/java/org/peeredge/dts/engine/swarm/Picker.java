// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.List;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kernel.api.NodeId;

/**
 * Which piece to ask of a source. From a neighbour anything, rarest first among the next few; from
 * an origin, and from afar, only the pieces that this node owns in its LAN, in order. See {@code
 * docs/decisions/0003}.
 */
final class Picker {
    /** How far beyond the first missing piece to look: 1 GiB. */
    private static final int HORIZON = 4096;

    private static final int CHOICE = 16;
    private static final long SHORTEST_PATIENCE = Time.SECOND / 2;
    private static final long FIRST_PATIENCE = 2 * Time.SECOND;
    private static final long LONGEST_PATIENCE = 8 * Time.SECOND;

    private final Core core;

    Picker(Core core) {
        this.core = core;
    }

    /** A piece to ask of {@code s} now, or -1. */
    int pick(Transfer t, Source s) {
        if (!shares(t)) {
            return s.peer.neighbour() ? rarest(t, s) : next(t, s, 0);
        }
        if (s.peer.neighbour() && !s.complete()) {
            return rarest(t, s);
        }
        int own = nextOwn(t, s);
        return own < 0 && s.peer.neighbour() ? rarest(t, s) : own;
    }

    /**
     * How many pieces, from {@code piece} on, to ask of {@code s} in one message: those of its
     * group that might be picked as well.
     */
    int run(Transfer t, Source s, int piece) {
        if (core.now < s.singlyUntilNanos) {
            return 1;
        }
        int most = Math.min(Pieces.GROUP_PIECES - piece % Pieces.GROUP_PIECES, s.peer.batch());
        boolean ownOnly = shares(t) && (s.complete() || !s.peer.neighbour());
        int count = 1;
        while (count < most
                && t.need.get(piece + count)
                && s.has(piece + count)
                && (!ownOnly || owns(t, piece + count))) {
            count++;
        }
        return count;
    }

    /**
     * A piece that others own, to fetch from afar all the same: more likely a late one, since
     * owners begin with the early ones; or -1.
     */
    int pickForeign(Transfer t, Source s) {
        int first = t.need.nextSetBit(0);
        if (first < 0) {
            return -1;
        }
        int span = Math.min(HORIZON, t.need.length() - first);
        int from = first + Math.max(core.random.nextInt(span), core.random.nextInt(span));
        int piece = next(t, s, from);
        return piece < 0 ? next(t, s, 0) : piece;
    }

    /**
     * Ownership holds where pieces can be passed on at once, and there is somebody to share with.
     */
    private boolean shares(Transfer t) {
        if (t.rosterStale) {
            refreshRoster(t);
        }
        return t.maps.trusted() && !t.confined && t.ownership.members() > 1;
    }

    private static int next(Transfer t, Source s, int from) {
        int piece = t.need.nextSetBit(from);
        if (s.complete()) {
            return piece;
        }
        while (piece >= 0) {
            int held = s.pieces.nextSetBit(piece);
            if (held == piece || held < 0) {
                return held;
            }
            piece = t.need.nextSetBit(held);
        }
        return -1;
    }

    private int nextOwn(Transfer t, Source s) {
        int piece = next(t, s, 0);
        int end = piece + HORIZON;
        while (piece >= 0 && piece < end) {
            if (owns(t, piece)) {
                return piece;
            }
            piece = next(t, s, piece + 1);
        }
        return -1;
    }

    private int rarest(Transfer t, Source s) {
        int best = -1;
        int fewest = Integer.MAX_VALUE;
        int ties = 0;
        int piece = next(t, s, 0);
        for (int seen = 0; piece >= 0 && seen < CHOICE; seen++) {
            int holders = t.rarity(piece);
            if (holders < fewest) {
                fewest = holders;
                best = piece;
                ties = 1;
            } else if (holders == fewest && core.random.nextInt(++ties) == 0) {
                best = piece;
            }
            piece = next(t, s, piece + 1);
        }
        return best;
    }

    private boolean owns(Transfer t, int piece) {
        long patience = patience(t);
        return t.ownership.owner(piece, node -> out(t, node, patience)).equals(core.self);
    }

    /**
     * Whether a member has shown no piece of its own for so long that others take over. One that
     * brings pieces of other transfers meanwhile is at work, and gets more time.
     */
    private boolean out(Transfer t, NodeId node, long patience) {
        if (node.equals(core.self)) {
            return false;
        }
        Source s = t.sources.get(node);
        if (s == null) {
            return true;
        }
        boolean atWork = core.now - patience <= s.peer.ownProgressNanos;
        long idle = core.now - Math.max(s.ownProgressNanos, t.ownSinceNanos);
        return idle > (atWork ? LONGEST_PATIENCE : patience);
    }

    /** Brought a piece that it owns: its claim on the others stands. */
    void brought(Transfer t, Source s, int piece) {
        if (shares(t) && t.ownership.owner(piece, node -> false).equals(s.peer.id)) {
            s.ownProgressNanos = core.now;
            s.peer.ownProgressNanos = core.now;
        }
    }

    /** Owners share what comes from afar, so our own pace there tells theirs. */
    void cameFromAfar(Transfer t) {
        if (t.lastOwnNanos != Long.MIN_VALUE) {
            long sample = Math.min(core.now - t.lastOwnNanos, 4 * Time.SECOND);
            t.ownIntervalNanos =
                    t.ownIntervalNanos == 0 ? sample : (3 * t.ownIntervalNanos + sample) / 4;
        }
        t.lastOwnNanos = core.now;
    }

    /** Transfers share the way to the origin, so the first piece of each takes longer. */
    private long patience(Transfer t) {
        return t.ownIntervalNanos == 0
                ? Math.min(core.transfers.size() * FIRST_PATIENCE, LONGEST_PATIENCE)
                : Math.clamp(4 * t.ownIntervalNanos, SHORTEST_PATIENCE, LONGEST_PATIENCE);
    }

    /** How long to wait with nothing under way; members differ, so that not all begin at once. */
    long helpPatience(Transfer t) {
        long spread = Long.remainderUnsigned(t.selfRank, 1000);
        long patience = patience(t);
        return patience / 2 + patience * spread / 1000;
    }

    /** The members of this LAN that fetch the blob too, and this node. */
    private void refreshRoster(Transfer t) {
        List<NodeId> members = new ArrayList<>();
        members.add(core.self);
        for (Source s : t.sources.values()) {
            if (s.peer.neighbour() && !s.complete() && s.wants(core.now)) {
                members.add(s.peer.id);
            }
        }
        t.rosterStale = false;
        t.ownership.roster(members);
    }
}
