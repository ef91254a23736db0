// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

/** The pseudo-random numbers of RFC 6330, sections 5.3.5.1 and 5.3.5.2. */
final class Rand {
    private static final int[] V = Tables.read("rand.txt", 4 * 256);

    private static final int[] DEGREES = {
        0, 5243, 529531, 704294, 791675, 844104, 879057, 904023, 922747, 937311, 948962, 958494,
        966438, 973160, 978921, 983914, 988283, 992138, 995565, 998631, 1001391, 1003887, 1006157,
        1008229, 1010129, 1011876, 1013490, 1014983, 1016370, 1017662, 1048576
    };

    private Rand() {}

    /** Rand[y, i, m]: 0 to m - 1. */
    static int rand(int y, int i, int m) {
        int x =
                V[(y + i) & 0xff]
                        ^ V[256 + (((y >>> 8) + i) & 0xff)]
                        ^ V[512 + (((y >>> 16) + i) & 0xff)]
                        ^ V[768 + (((y >>> 24) + i) & 0xff)];
        return (int) ((x & 0xffff_ffffL) % m);
    }

    /** Deg[v], of a code with W LT symbols; v is below 2^20. */
    static int deg(int v, int w) {
        int d = 1;
        while (v >= DEGREES[d]) {
            d++;
        }
        return Math.min(d, w - 2);
    }
}
