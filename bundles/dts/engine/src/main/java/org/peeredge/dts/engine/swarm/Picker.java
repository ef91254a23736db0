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

    /** The longest range read from an upstream at once, where nobody waits for parts of it. */
    private static final int RANGE_PIECES = 16;

    private final Core core;
    private final Takes takes;
    private final Sharing sharing;

    Picker(Core core, Takes takes, Sharing sharing) {
        this.core = core;
        this.takes = takes;
        this.sharing = sharing;
    }

    /** A piece to ask of {@code s} now, or -1. */
    int pick(Transfer t, Source s) {
        boolean shares = shares(t);
        int disputed = s.upstream ? t.claims.disputed(t.need) : -1;
        if (disputed >= 0) {
            return disputed;
        }
        if (!s.peer.neighbour()) {
            return alone(t) ? next(t, s, 0) : takes.next(t, s);
        }
        if (!shares) {
            return rarest(t, s);
        }
        if (sharing.offersCome(t)) {
            return -1;
        }
        if (!s.complete()) {
            return rarest(t, s);
        }
        int own = nextOwn(t, s);
        return own < 0 ? rarest(t, s) : own;
    }

    /**
     * How many pieces, from {@code piece} on, to ask of {@code s} in one message: those of its
     * group that might be picked as well.
     */
    int run(Transfer t, Source s, int piece) {
        if (core.now < s.singlyUntilNanos) {
            return 1;
        }
        if (!s.peer.neighbour() && (!alone(t) || t.claims.disputed(piece))) {
            return 1;
        }
        int group = Pieces.GROUP_PIECES - piece % Pieces.GROUP_PIECES;
        int range = Math.min(RANGE_PIECES, 1 + t.have.cardinality());
        int most = s.upstream ? range : Math.min(group, s.peer.batch(t.pieceBytes()));
        boolean ownOnly = shares(t) && s.complete();
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
    boolean shares(Transfer t) {
        if (t.rosterStale) {
            refreshRoster(t);
        }
        return t.gives() && t.shared;
    }

    /** Whether nobody near has, or wants, any of it. */
    private boolean alone(Transfer t) {
        return !shares(t) && (t.near.isEmpty() || !t.gives());
    }

    static int next(Transfer t, Source s, int from) {
        int piece = held(t, s, from);
        while (piece >= 0 && !s.upstream && !t.askable(piece)) {
            piece = held(t, s, piece + 1);
        }
        return piece;
    }

    private static int held(Transfer t, Source s, int from) {
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
        return t.ownership.owner(piece, node -> false).equals(core.self);
    }

    /** Whether neighbours bring pieces without being asked. */
    boolean offersCome(Transfer t) {
        return shares(t) && sharing.offersCome(t);
    }

    /** How long to wait with nothing under way; members differ, so that not all begin at once. */
    long helpPatience(Transfer t) {
        long spread = Long.remainderUnsigned(t.selfRank, 1000);
        return takes.patienceNanos() * (500 + spread) / 1000;
    }

    /** The members of this LAN that fetch the blob too, and this node. */
    private void refreshRoster(Transfer t) {
        List<NodeId> members = new ArrayList<>();
        members.add(core.self);
        t.near.clear();
        for (Source s : t.sources.values()) {
            if (!s.peer.neighbour()) {
                continue;
            }
            if (!s.complete() && s.wants(core.now)) {
                members.add(s.peer.id);
            }
            if (s.brings(core.now)) {
                t.near.or(s.pieces);
                t.near.set(0, s.complete() ? Math.max(0, t.pieces()) : 0);
            }
        }
        t.rosterStale = false;
        takes.settle(t);
        t.shared |= members.size() > 1;
        t.ownership.roster(members);
    }
}
