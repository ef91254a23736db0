// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;
import org.peeredge.dts.coding.Gf256;

/**
 * The HDPC equations (RFC 6330 section 5.3.3.3) resolve the inactive columns that binary rows leave
 * free: there are at most H of those, or there is no solution yet.
 *
 * <p>HDPC rows are dense. But they are MT * GAMMA, and GAMMA is Horner's rule with 2: so column
 * after column, a running sum is doubled, and added to two rows. Here that runs over what columns
 * depend on: bytes of the field as eight planes of bits, where doubling is a rotation of planes.
 */
final class HdpcPart {
    private static final int PLANES = 8;

    private final Constraints constraints;
    private final int h;

    private long[] running = new long[0];
    private long[] sums = new long[0];
    private byte[] coefficients = new byte[0];
    private final byte[] system;

    /** The free columns' inactive numbers. */
    final int[] free;

    /**
     * For each free column the factors of: the H sums of the HDPC rows over what is known, the last
     * running sum, and the right sides of the binary rows.
     */
    byte[] factors = new byte[0];

    int width;

    HdpcPart(Constraints constraints) {
        this.constraints = constraints;
        h = constraints.parameters.h();
        system = new byte[h * 2 * h];
        free = new int[h];
    }

    /**
     * Resolves the free columns.
     *
     * @return whether the equations are enough for that
     */
    boolean run(Elimination elimination, InactivePart part) {
        int count = part.free();
        if (count > h) {
            return false;
        }
        width = h + 1 + part.rank;
        if (count == 0) {
            return true;
        }
        int columns = elimination.inactives;
        int next = 0;
        for (int q = 0; q < columns; q++) {
            if (!part.resolved(q)) {
                free[next++] = q;
            }
        }
        sums(elimination, part);
        bytes(columns, part.words);
        for (int row = 0; row < h; row++) {
            for (int k = 0; k < count; k++) {
                int sum = coefficients[row * columns + free[k]];
                for (int p = 0; p < part.rank; p++) {
                    if (Bits.get(part.pivots, p * 2 * part.words, free[k])) {
                        sum ^= coefficients[row * columns + part.pivotColumn[p]];
                    }
                }
                system[row * 2 * h + k] = (byte) sum;
            }
            Arrays.fill(system, row * 2 * h + h, (row + 1) * 2 * h, (byte) 0);
            system[row * 2 * h + h + row] = 1;
        }
        if (!invert(count)) {
            return false;
        }
        factors(columns, count, part);
        return true;
    }

    private void sums(Elimination elimination, InactivePart part) {
        int words = part.words;
        if (running.length < PLANES * words) {
            running = new long[PLANES * words];
            sums = new long[h * PLANES * words];
        }
        Arrays.fill(running, 0, PLANES * words, 0);
        Arrays.fill(sums, 0, h * PLANES * words, 0);
        int last = constraints.hdpcFirst.length;
        int shift = 0;
        for (int column = 0; column <= last; column++) {
            shift = (shift + PLANES - 1) & (PLANES - 1);
            int low = shift * words;
            for (int plane = 2; plane <= 4; plane++) {
                int to = ((plane + shift) & (PLANES - 1)) * words;
                Bits.add(running, to, running, low, words);
            }
            int state = elimination.state[column];
            if (state < 0) {
                Bits.flip(running, low, ~state);
            } else {
                Bits.add(running, low, part.steps, state * words, words);
            }
            if (column < last) {
                addRunning(constraints.hdpcFirst[column], shift, words);
                addRunning(constraints.hdpcSecond[column], shift, words);
            }
        }
        for (int row = 0; row < h; row++) {
            addRunning(row, shift, words);
            int own = ~elimination.state[last + 1 + row];
            Bits.flip(sums, row * PLANES * words, own);
            // The next row takes twice as much of the last running sum.
            shift = (shift + PLANES - 1) & (PLANES - 1);
            for (int plane = 2; plane <= 4; plane++) {
                int to = ((plane + shift) & (PLANES - 1)) * words;
                Bits.add(running, to, running, shift * words, words);
            }
        }
    }

    private void addRunning(int row, int shift, int words) {
        int to = row * PLANES * words;
        int split = (PLANES - shift) * words;
        Bits.add(sums, to, running, shift * words, split);
        Bits.add(sums, to + split, running, 0, shift * words);
    }

    private void bytes(int columns, int words) {
        if (coefficients.length < h * columns) {
            coefficients = new byte[h * columns + (h * columns >> 3)];
        }
        for (int row = 0; row < h; row++) {
            int at = row * PLANES * words;
            for (int q = 0; q < columns; q++) {
                int value = 0;
                for (int plane = 0; plane < PLANES; plane++) {
                    value |= (int) (sums[at + plane * words + (q >>> 6)] >>> q & 1) << plane;
                }
                coefficients[row * columns + q] = (byte) value;
            }
        }
    }

    /** Gauss and Jordan: the first {@code count} rows become those that resolve free columns. */
    private boolean invert(int count) {
        int size = 2 * h;
        for (int k = 0; k < count; k++) {
            int pivot = k;
            while (pivot < h && system[pivot * size + k] == 0) {
                pivot++;
            }
            if (pivot == h) {
                return false;
            }
            int inverse = Gf256.inv(system[pivot * size + k] & 0xff);
            for (int i = 0; i < size; i++) {
                byte value = system[pivot * size + i];
                system[pivot * size + i] = system[k * size + i];
                system[k * size + i] = (byte) Gf256.mul(inverse, value & 0xff);
            }
            for (int row = 0; row < h; row++) {
                int factor = system[row * size + k] & 0xff;
                if (row != k && factor != 0) {
                    for (int i = 0; i < size; i++) {
                        system[row * size + i] ^=
                                (byte) Gf256.mul(factor, system[k * size + i] & 0xff);
                    }
                }
            }
        }
        return true;
    }

    private void factors(int columns, int count, InactivePart part) {
        if (factors.length < count * width) {
            factors = new byte[h * width + (h * width >> 3)];
        }
        for (int k = 0; k < count; k++) {
            int at = k * width;
            Arrays.fill(factors, at + h, at + width, (byte) 0);
            for (int row = 0; row < h; row++) {
                int inverse = system[k * 2 * h + h + row] & 0xff;
                factors[at + row] = (byte) inverse;
                factors[at + h] ^= (byte) Gf256.mul(inverse, Gf256.exp(row));
                for (int p = 0; p < part.rank; p++) {
                    int value = coefficients[row * columns + part.pivotColumn[p]] & 0xff;
                    factors[at + h + 1 + p] ^= (byte) Gf256.mul(inverse, value);
                }
            }
        }
    }

    /** Bytes that it holds. */
    long sizeBytes() {
        return 8L * (running.length + sums.length) + coefficients.length + factors.length;
    }
}
