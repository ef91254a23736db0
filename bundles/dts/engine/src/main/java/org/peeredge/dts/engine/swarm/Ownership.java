// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NodeId;

/**
 * Which member of the LAN fetches a piece from afar. Every member computes it for itself from the
 * same roster. Pieces are dealt out like cards: of each run of as many pieces as there are members,
 * every member gets one, by rendezvous rank among those that have none yet in this run. So shares
 * differ by one piece at most, and owners advance side by side. Where the owner is out (no
 * progress), plain rendezvous rank among the others names the next. See {@code
 * docs/decisions/0003}.
 */
final class Ownership {
    private final long seed;
    private NodeId[] roster = new NodeId[0];
    private long[] seeds = new long[0];
    private int[] run = new int[0];
    private int runNumber = -1;
    private LanOrder order = LanOrder.PLAIN;

    Ownership(Digest digest) {
        this.seed = Long.parseUnsignedLong(digest.hex().substring(0, 16), 16);
    }

    /**
     * Takes a new roster.
     *
     * @return whether it differs from the one before
     */
    boolean roster(List<NodeId> members) {
        NodeId[] sorted = members.toArray(NodeId[]::new);
        Arrays.sort(sorted);
        if (Arrays.equals(sorted, roster)) {
            return false;
        }
        roster = sorted;
        seeds = new long[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            seeds[i] = mix(seed ^ Long.parseUnsignedLong(sorted[i].hex().substring(0, 16), 16));
        }
        run = new int[sorted.length];
        runNumber = -1;
        order =
                sorted.length == 0
                        ? LanOrder.PLAIN
                        : new LanOrder(mix(seed ^ seeds[0]), sorted.length);
        return true;
    }

    /** In which order this LAN takes pieces, beside other LANs. */
    LanOrder order() {
        return order;
    }

    int members() {
        return roster.length;
    }

    /** The owner of a piece; when it is out, the first in rank of those that are not. */
    NodeId owner(int piece, Predicate<NodeId> out) {
        NodeId dealt = roster[dealt(piece)];
        if (!out.test(dealt)) {
            return dealt;
        }
        int best = -1;
        for (int i = 0; i < roster.length; i++) {
            if ((best < 0 || Long.compareUnsigned(score(i, piece), score(best, piece)) > 0)
                    && !out.test(roster[i])) {
                best = i;
            }
        }
        return best < 0 ? dealt : roster[best];
    }

    /** How many members come before this one in rank, were the one that it is dealt to away. */
    int place(int piece, NodeId member) {
        int dealt = dealt(piece);
        int at = Arrays.binarySearch(roster, member);
        int before = 0;
        for (int i = 0; i < roster.length; i++) {
            if (i != dealt
                    && i != at
                    && Long.compareUnsigned(score(i, piece), score(at, piece)) > 0) {
                before++;
            }
        }
        return before;
    }

    private int dealt(int piece) {
        int n = roster.length;
        if (piece / n != runNumber) {
            runNumber = piece / n;
            deal(runNumber * n);
        }
        return run[piece % n];
    }

    private void deal(int first) {
        int n = roster.length;
        boolean[] used = new boolean[n];
        for (int k = 0; k < n; k++) {
            int best = -1;
            for (int i = 0; i < n; i++) {
                if (!used[i]
                        && (best < 0
                                || Long.compareUnsigned(score(i, first + k), score(best, first + k))
                                        > 0)) {
                    best = i;
                }
            }
            used[best] = true;
            run[k] = best;
        }
    }

    private long score(int member, int piece) {
        return mix(seeds[member] + piece * 0x9e3779b97f4a7c15L);
    }

    /** A number that orders members for a blob as a whole: who fetches it from upstream. */
    static long rank(Digest digest, NodeId node) {
        long blob = Long.parseUnsignedLong(digest.hex().substring(0, 16), 16);
        return mix(mix(blob) ^ Long.parseUnsignedLong(node.hex().substring(0, 16), 16));
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
