// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * What is left of k + m symbols when m of them are lost, anew for each block: drawn ahead, since it
 * is not the codec that draws.
 */
final class Losses {
    /** Numbers in all patterns together: no codec remembers so many, nor a branch predictor. */
    private static final int DRAWN = 1 << 20;

    private final SplittableRandom random = new SplittableRandom(2);
    private final int k;
    private final int m;
    private final BitSet lost;
    private final int[][] left;
    private int next;

    Losses(int k, int m) {
        this.k = k;
        this.m = m;
        lost = new BitSet(k + m);
        left = new int[Math.max(32, DRAWN / k)][k];
        for (int[] pattern : left) {
            draw(pattern);
        }
    }

    /** Each set of k symbols is as likely as any other. */
    private void draw(int[] pattern) {
        lost.clear();
        // Floyd: of the first j + 1 symbols one more is lost each time.
        for (int j = k; j < k + m; j++) {
            int one = random.nextInt(j + 1);
            lost.set(lost.get(one) ? j : one);
        }
        int number = -1;
        for (int i = 0; i < k; i++) {
            number = lost.nextClearBit(number + 1);
            pattern[i] = number;
        }
    }

    /** The numbers that are left for the next block, ascending; not to be changed. */
    int[] next() {
        int[] pattern = left[next];
        next = next + 1 == left.length ? 0 : next + 1;
        return pattern;
    }
}
