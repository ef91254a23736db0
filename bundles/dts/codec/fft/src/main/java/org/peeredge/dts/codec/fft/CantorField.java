// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/**
 * A field GF(2^8) or GF(2^16) whose elements are written in a Cantor basis b0, b1, ...: bit i of an
 * int stands for bi, with b0 = 1 and bi^2 + bi = b(i-1). Addition is XOR.
 *
 * <p>In this basis the subspace polynomial s_j of the points 0 .. 2^j - 1, which a transform needs
 * everywhere (Lin, Al-Naffouri, Han, Chung, section III), is a shift: {@code s_j(x) = x >> j}. And
 * the ints below 256 are a subfield of GF(2^16), so that most products there are products by a
 * byte.
 *
 * <p>Polynomials and bases are those of catid/leopard, whose symbols ours are equal to.
 */
final class CantorField {
    /** For up to 256 points. */
    static final CantorField BYTES =
            new CantorField(8, 0x11d, new int[] {1, 214, 152, 146, 86, 200, 88, 230});

    /** For up to 65,536 points. */
    static final CantorField WORDS =
            new CantorField(
                    16,
                    0x1002d,
                    new int[] {
                        0x0001, 0xacca, 0x3c0e, 0x163e, 0xc582, 0xed2e, 0x914c, 0x4012,
                        0x6c98, 0x10d8, 0x6a72, 0xb900, 0xfdb8, 0xfb34, 0xff38, 0x991e
                    });

    private final int bits;
    private final char[] exp;
    private final char[] log;

    private CantorField(int bits, int polynomial, int[] basis) {
        this.bits = bits;
        int order = 1 << bits;
        char[] power = new char[order];
        int x = 1;
        for (int i = 0; i < order - 1; i++) {
            power[x] = (char) i;
            x = x << 1 ^ (x >>> (bits - 1)) * polynomial;
        }
        exp = new char[2 * order];
        log = new char[order];
        for (int element = 1; element < order; element++) {
            int sum = 0;
            for (int i = 0; i < bits; i++) {
                sum ^= (element >>> i & 1) * basis[i];
            }
            int i = power[sum];
            log[element] = (char) i;
            exp[i] = (char) element;
            exp[i + order - 1] = (char) element;
        }
    }

    /** Bits of an element. */
    int bits() {
        return bits;
    }

    /** How many elements there are besides 0; logarithms are sums modulo this. */
    int modulus() {
        return (1 << bits) - 1;
    }

    /** a times b. */
    int mul(int a, int b) {
        return a == 0 || b == 0 ? 0 : exp[log[a] + log[b]];
    }

    /** The power of the generator; 0 to 2 * modulus - 1. */
    int exp(int power) {
        return exp[power];
    }

    /** The power of the generator that {@code a}, not 0, is; 0 for 0. */
    int log(int a) {
        return log[a];
    }
}
