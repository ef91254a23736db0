// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import org.jspecify.annotations.Nullable;

/**
 * The additive fast Fourier transform of Lin, Al-Naffouri, Han and Chung, section III: from the
 * values of a polynomial at the points {@code offset .. offset + size - 1} to its coefficients in
 * the basis X_i = product of s_j over the bits j of i, and back. Layer j joins positions 2^j apart;
 * its skew factor, the same for a whole run of 2^(j+1) points from p on, is s_j(p) = p >> j.
 *
 * <p>Layers are done two at a time, and all the low ones within a group of positions before the
 * next group, so that each column is loaded and stored half as often, mostly in the nearest cache.
 */
final class Transform {
    /** log2 of the positions in a group. */
    private static final int GROUP = 6;

    private Transform() {}

    /**
     * Values to coefficients.
     *
     * @param first position of the first value
     * @param layers log2 of how many there are
     * @param used values from here on are zeros
     * @param offset the point of the first value, a multiple of how many there are
     */
    static void inverse(Columns columns, int first, int layers, int used, int offset) {
        int group = Math.min(layers, GROUP);
        int size = 1 << group;
        for (int at = 0; at < used; at += size) {
            inverse(columns, first + at, 0, group, Math.min(used - at, size), offset + at);
        }
        inverse(columns, first, group, layers, used, offset);
    }

    private static void inverse(
            Columns columns, int first, int from, int to, int used, int offset) {
        int j = from;
        for (; j <= to - 2; j += 2) {
            columns.inverse4(first, used, j, offset);
        }
        if (j < to) {
            columns.inverse2(first, used, j, offset);
        }
    }

    /**
     * Coefficients to values at the points from 0 on.
     *
     * @param wanted for each position how many positions before it are wanted, one more at the end;
     *     what is not wanted is not computed
     */
    static void forward(Columns columns, int layers, int @Nullable [] wanted, int used) {
        int group = Math.min(layers, GROUP);
        int size = 1 << group;
        forward(columns, 0, group, layers, wanted, used);
        for (int at = 0; at < used; at += size) {
            forward(columns, at, 0, group, wanted, Math.min(used, at + size));
        }
    }

    private static void forward(
            Columns columns, int first, int from, int to, int @Nullable [] wanted, int end) {
        int j = to;
        if (((to - from) & 1) != 0) {
            j--;
            layers(columns, first, j, 1, wanted, end);
        }
        for (j -= 2; j >= from; j -= 2) {
            layers(columns, first, j, 2, wanted, end);
        }
    }

    /** Whatever blocks of one or two layers are wanted, as many as there are in a row at once. */
    private static void layers(
            Columns columns, int first, int layer, int layers, int @Nullable [] wanted, int end) {
        int block = 1 << (layer + layers);
        int at = first;
        while (at < end) {
            if (isWanted(wanted, at, block)) {
                int from = at;
                while (at < end && isWanted(wanted, at, block)) {
                    at += block;
                }
                if (layers == 1) {
                    columns.forward2(from, at - from, layer);
                } else {
                    columns.forward4(from, at - from, layer);
                }
            } else {
                at += block;
            }
        }
    }

    private static boolean isWanted(int @Nullable [] wanted, int at, int count) {
        return wanted == null || wanted[at + count] != wanted[at];
    }

    /**
     * The formal derivative of 2^layers coefficients, at least 4, in place. In a Cantor basis s_j'
     * = 1, so that X_i' is the sum of the X_(i - 2^j) over the bits j of i (section V of the
     * paper): to each part of the positions that lacks a bit, the part that has it is added, before
     * that changes itself.
     */
    static void derive(Columns columns, int first, int layers) {
        if (layers == 2) {
            columns.derive4(first);
        } else if (layers == 3) {
            columns.derive8(first);
        } else if ((layers & 1) == 0) {
            int half = 1 << (layers - 1);
            derive(columns, first, layers - 1);
            columns.add(first, first + half, half);
            derive(columns, first + half, layers - 1);
        } else {
            int quarter = 1 << (layers - 2);
            int second = first + quarter;
            int third = second + quarter;
            int fourth = third + quarter;
            derive(columns, first, layers - 2);
            columns.addTwo(first, second, quarter);
            derive(columns, second, layers - 2);
            columns.add(second, fourth, quarter);
            derive(columns, third, layers - 2);
            columns.add(third, fourth, quarter);
            derive(columns, fourth, layers - 2);
        }
    }
}
