// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

/** How symbols lie in memory of our own. */
final class Stride {
    static final int LINE = 64;

    private Stride() {}

    /** A symbol's bytes up to whole cache lines: so many can be worked on without a rest. */
    static int padded(int symbolBytes) {
        return Math.addExact(symbolBytes, LINE - 1) & -LINE;
    }

    /**
     * From one symbol to the next: an odd number of lines, so that the same column of all symbols
     * spreads over all sets of a cache.
     */
    static long of(int symbolBytes) {
        return padded(symbolBytes) | LINE;
    }
}
