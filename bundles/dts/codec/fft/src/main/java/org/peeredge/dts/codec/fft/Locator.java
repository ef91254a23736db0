// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/**
 * The error locator: the polynomial that is zero at the erased points, L(x) = product of (x + e)
 * over the erased e. Its logarithm at each of n points is a convolution under XOR of the erased
 * points with the table of logarithms, which two fast Walsh-Hadamard transforms of n integers make
 * (section V of the paper). At an erased point it is that of the derivative L'.
 *
 * <p>Sums are modulo 2^bits - 1, where 2^bits is 1: a number is folded by adding its high part to
 * its low one. They fit ints without that for eight layers.
 */
final class Locator {
    private static final int LAYERS = 8;

    private final CantorField field;
    private final int layers;
    private final int[] logs;

    /** For 2^layers points. */
    Locator(CantorField field, int layers) {
        this.field = field;
        this.layers = layers;
        int n = 1 << layers;
        logs = new int[n];
        for (int i = 0; i < n; i++) {
            logs[i] = field.log(i);
        }
        transform(logs);
        for (int i = 0; i < n; i++) {
            // the transform is its own inverse but for a factor n, whose inverse is another power
            long scaled = (long) canonical(logs[i]) << (field.bits() - layers);
            logs[i] = (int) (scaled % field.modulus());
        }
    }

    /**
     * Replaces 1 at erased points and 0 at others by the logarithm of the locator there, 0 to
     * modulus - 1.
     */
    void locate(int[] points) {
        transform(points);
        for (int i = 0; i < logs.length; i++) {
            long product = (long) canonical(points[i]) * logs[i];
            points[i] = (int) ((product & field.modulus()) + (product >>> field.bits()));
        }
        transform(points);
        for (int i = 0; i < logs.length; i++) {
            points[i] = canonical(points[i]);
        }
    }

    private int canonical(int sum) {
        int x = fold(fold(sum));
        x = x < 0 ? x + field.modulus() : x;
        return x >= field.modulus() ? x - field.modulus() : x;
    }

    private int fold(int sum) {
        return (sum & field.modulus()) + (sum >> field.bits());
    }

    private void transform(int[] a) {
        int j = 0;
        for (; j <= layers - 2; j += 2) {
            if (j == LAYERS) {
                for (int i = 0; i < logs.length; i++) {
                    a[i] = fold(a[i]);
                }
            }
            two(a, logs.length, 1 << j);
        }
        if (j < layers) {
            int half = logs.length / 2;
            for (int i = 0; i < half; i++) {
                int x = a[i];
                int y = a[i + half];
                a[i] = x + y;
                a[i + half] = x - y;
            }
        }
    }

    private static void two(int[] a, int n, int dist) {
        for (int at = 0; at < n; at += 4 * dist) {
            for (int i = at; i < at + dist; i++) {
                int x = a[i];
                int y = a[i + dist];
                int z = a[i + 2 * dist];
                int w = a[i + 3 * dist];
                int xy = x + y;
                int zw = z + w;
                x -= y;
                z -= w;
                a[i] = xy + zw;
                a[i + dist] = x + z;
                a[i + 2 * dist] = xy - zw;
                a[i + 3 * dist] = x - z;
            }
        }
    }
}
