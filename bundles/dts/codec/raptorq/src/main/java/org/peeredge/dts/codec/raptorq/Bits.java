// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

/** Rows of bits in arrays of longs. */
final class Bits {
    private Bits() {}

    static int words(int bits) {
        return (bits + 63) >>> 6;
    }

    static boolean get(long[] bits, int at, int i) {
        return (bits[at + (i >>> 6)] >>> i & 1) != 0;
    }

    static void flip(long[] bits, int at, int i) {
        bits[at + (i >>> 6)] ^= 1L << i;
    }

    /** A row is added to another. */
    static void add(long[] to, int toAt, long[] from, int fromAt, int words) {
        for (int i = 0; i < words; i++) {
            to[toAt + i] ^= from[fromAt + i];
        }
    }
}
