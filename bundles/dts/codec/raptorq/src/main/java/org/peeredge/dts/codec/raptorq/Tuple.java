// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

/**
 * Which intermediate symbols make up an encoding symbol (RFC 6330 sections 5.3.5.3 and 5.3.5.4).
 * One object is set to one symbol after the other. For one thread at a time.
 */
final class Tuple {
    /** The most columns that an encoding symbol has. */
    static final int MAX_COLUMNS = 30 + 3;

    private final int w;
    private final int p;
    private final int p1;
    private final int a0;
    private final int b0;

    int d;
    int a;
    int b;
    int d1;
    int a1;
    int b1;

    Tuple(Parameters parameters) {
        w = parameters.w();
        p = parameters.p();
        p1 = parameters.p1();
        int odd = 53591 + parameters.j() * 997;
        a0 = odd | 1;
        b0 = 10267 * (parameters.j() + 1);
    }

    /** Tuple[K', x]; x is an internal symbol id: its number plus that of padding symbols. */
    void set(int x) {
        int y = b0 + x * a0;
        d = Rand.deg(Rand.rand(y, 0, 1 << 20), w);
        a = 1 + Rand.rand(y, 1, w - 1);
        b = Rand.rand(y, 2, w);
        d1 = d < 4 ? 2 + Rand.rand(x, 3, 2) : 2;
        a1 = 1 + Rand.rand(x, 4, p1 - 1);
        b1 = Rand.rand(x, 5, p1);
    }

    /**
     * The intermediate symbols whose sum is encoding symbol x: first those of LT symbols, {@link
     * #d} of them, then {@link #d1} others.
     *
     * @param into room for {@link #MAX_COLUMNS} from {@code at} on
     * @return how many there are
     */
    int columns(int x, int[] into, int at) {
        set(x);
        int next = at;
        int lt = b;
        into[next++] = lt;
        for (int i = 1; i < d; i++) {
            lt += a;
            lt = lt >= w ? lt - w : lt;
            into[next++] = lt;
        }
        int pi = b1;
        for (int i = 0; i < d1; i++) {
            while (pi >= p) {
                pi = step(pi);
            }
            into[next++] = w + pi;
            pi = step(pi);
        }
        return next - at;
    }

    private int step(int pi) {
        int next = pi + a1;
        return next >= p1 ? next - p1 : next;
    }
}
