// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.SplittableRandom;

/**
 * What memory and caches allow: plain loops over random ones of k symbols, by the compiler's own
 * vector code.
 */
final class Symbols {
    private final long[][] symbols;
    private final int[] from;
    private final int[] to;

    Symbols(Code code) {
        SplittableRandom random = new SplittableRandom(3);
        int count = Math.max(2, code.k());
        symbols = new long[count][code.symbolBytes() / Long.BYTES];
        from = new int[code.k()];
        to = new int[code.k()];
        for (int i = 0; i < code.k(); i++) {
            from[i] = random.nextInt(count);
            to[i] = (from[i] + 1 + random.nextInt(count - 1)) % count;
        }
    }

    void copy() {
        for (int i = 0; i < from.length; i++) {
            long[] source = symbols[from[i]];
            System.arraycopy(source, 0, symbols[to[i]], 0, source.length);
        }
    }

    void xor() {
        for (int i = 0; i < from.length; i++) {
            add(symbols[to[i]], symbols[from[i]]);
        }
    }

    private static void add(long[] target, long[] source) {
        for (int i = 0; i < target.length; i++) {
            target[i] ^= source[i];
        }
    }
}
