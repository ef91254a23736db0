// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

/**
 * The field GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1 (0x11d), as RFC 6330 section 5.7 and ISA-L have
 * it. Elements are ints of 0 to 255; addition is XOR.
 */
public final class Gf256 {
    /** The polynomial, without its highest term. */
    static final int POLYNOMIAL = 0x1d;

    private static final byte[] EXP = new byte[510];
    private static final byte[] LOG = new byte[256];

    static {
        int x = 1;
        for (int i = 0; i < 255; i++) {
            EXP[i] = (byte) x;
            EXP[i + 255] = (byte) x;
            LOG[x] = (byte) i;
            x = x << 1 ^ (x >>> 7) * (0x100 | POLYNOMIAL);
        }
    }

    private Gf256() {}

    /** a times b. */
    public static int mul(int a, int b) {
        return a == 0 || b == 0 ? 0 : exp(log(a) + log(b));
    }

    /** a divided by b, which is not 0. */
    public static int div(int a, int b) {
        return a == 0 ? 0 : exp(log(a) + 255 - log(b));
    }

    /**
     * 1 divided by a.
     *
     * @throws ArithmeticException for 0
     */
    public static int inv(int a) {
        return exp(255 - log(a));
    }

    /** The generator 2 to the power {@code i}, 0 to 509. */
    public static int exp(int i) {
        return EXP[i] & 0xff;
    }

    /**
     * The power of 2 that a is.
     *
     * @throws ArithmeticException for 0
     */
    public static int log(int a) {
        if (a == 0) {
            throw new ArithmeticException("0 has no logarithm and no inverse");
        }
        return LOG[a] & 0xff;
    }
}
