// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

/**
 * What is coded, or copied.
 *
 * @param codec its type; empty for what is no codec
 * @param k source symbols
 * @param m repair symbols: so many are made, and so many symbols are lost
 * @param symbolBytes of each symbol
 * @param groups blocks of the object, each in memory of its own
 */
record Code(String codec, int k, int m, int symbolBytes, int groups) {
    /** An object of one block. */
    Code(String codec, int k, int m, int symbolBytes) {
        this(codec, k, m, symbolBytes, 1);
    }

    /** Source bytes of a block, which costs and speeds are counted by. */
    int blockBytes() {
        return k * symbolBytes;
    }
}
