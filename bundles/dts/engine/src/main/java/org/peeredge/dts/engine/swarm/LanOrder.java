// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/**
 * In which order a LAN takes pieces from afar. Alone, in their own order. Beside other LANs that
 * want the blob, in an order of its own within windows of {@link #WINDOW_PIECES}, so that they have
 * different pieces to give each other, while clients still read from the front. Nobody is told: the
 * order comes from the LAN's first member. Runs of pieces that {@link Ownership} deals together
 * stay together. See {@code docs/decisions/0015}.
 */
final class LanOrder {
    /** 16 MiB: what a client may wait for at its front. */
    static final int WINDOW_PIECES = 64;

    /** The pieces' own order. */
    static final LanOrder PLAIN = new LanOrder(0, WINDOW_PIECES);

    private final long lan;
    private final int run;

    /**
     * The order of one LAN.
     *
     * @param lan a number that all its members have, and no other LAN
     * @param run pieces that are dealt together, at least 1
     */
    LanOrder(long lan, int run) {
        this.lan = lan;
        this.run = run;
    }

    /** Where the window of a piece begins: the place to begin at. */
    static int window(int piece) {
        return piece - piece % WINDOW_PIECES;
    }

    /** The piece at a place, of so many. */
    int piece(int place, int pieces) {
        int first = window(place);
        int runs = Math.min(WINDOW_PIECES, pieces - first) / run;
        int at = (place - first) / run;
        if (runs < 2 || at >= runs) {
            return place; // too few to mix, or the rest at the end
        }
        long lot = Ownership.mix(lan + first);
        int step = 1 + (int) Long.remainderUnsigned(lot, runs);
        while (gcd(step, runs) != 1) {
            step++;
        }
        int start = (int) Long.remainderUnsigned(lot >>> 32, runs);
        int other = (int) ((start + (long) at * step) % runs);
        return first + other * run + (place - first) % run;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
