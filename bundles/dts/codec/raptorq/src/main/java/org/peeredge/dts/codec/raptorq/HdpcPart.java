// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;
import org.peeredge.dts.coding.Gf256;

/**
 * The HDPC equations (RFC 6330 section 5.3.3.3) resolve the inactive columns that binary rows leave
 * free: there are at most H of those, or there is no solution yet.
 *
 * <p>H is at most 16. So what the HDPC rows have in one column is two longs, of a byte for each
 * row. Steps are undone from the last one to the first: a column that a step resolves goes from the
 * HDPC rows, by adding what they have there to all other columns of the step's row.
 */
final class HdpcPart {
    private static final int NIBBLES = 16;

    private final Constraints constraints;
    private final int h;

    /** Two longs for each column. */
    private final long[] columns;

    /** The free columns' equations: H rows of H bytes, then those of the identity. */
    private final byte[] system;

    /** For each HDPC row and each half of a byte the inverse's column times that. */
    private final long[] products;

    /** The free columns' inactive numbers. */
    final int[] free;

    /**
     * For each free column the factors of: the H sums of the HDPC rows over what is known, the last
     * running sum, and the right sides of the binary rows.
     */
    byte[] factors = new byte[0];

    /** Factors for each free column. */
    int width;

    HdpcPart(Constraints constraints) {
        this.constraints = constraints;
        h = constraints.parameters.h();
        columns = new long[2 * constraints.parameters.l()];
        system = new byte[h * 2 * h];
        products = new long[h * 2 * NIBBLES * 2];
        free = new int[h];
    }

    /**
     * Resolves the free columns.
     *
     * @return whether the equations are enough for that
     */
    boolean run(Rows rows, Elimination elimination, InactivePart part) {
        int count = part.free();
        if (count > h) {
            return false;
        }
        width = h + 1 + part.rank;
        if (count == 0) {
            return true;
        }
        int next = 0;
        for (int q = 0; q < elimination.inactives; q++) {
            if (!part.resolved(q)) {
                free[next++] = q;
            }
        }
        undoSteps(rows, elimination);
        int[] inactive = elimination.inactive;
        for (int k = 0; k < count; k++) {
            long low = columns[2 * inactive[free[k]]];
            long high = columns[2 * inactive[free[k]] + 1];
            for (int p = 0; p < part.rank; p++) {
                if (Bits.get(part.pivots, p * 2 * part.words, free[k])) {
                    int column = inactive[part.pivotColumn[p]];
                    low ^= columns[2 * column];
                    high ^= columns[2 * column + 1];
                }
            }
            for (int row = 0; row < h; row++) {
                system[row * 2 * h + k] = byteOf(low, high, row);
            }
        }
        for (int row = 0; row < h; row++) {
            Arrays.fill(system, row * 2 * h + h, (row + 1) * 2 * h, (byte) 0);
            system[row * 2 * h + h + row] = 1;
        }
        if (!invert(count)) {
            return false;
        }
        factors(elimination, part, count);
        return true;
    }

    private static byte byteOf(long low, long high, int i) {
        return (byte) ((i < 8 ? low : high) >>> (8 * (i & 7)));
    }

    private void undoSteps(Rows rows, Elimination elimination) {
        System.arraycopy(constraints.hdpc, 0, columns, 0, columns.length);
        for (int step = elimination.steps - 1; step >= 0; step--) {
            int column = elimination.stepColumn[step];
            long low = columns[2 * column];
            long high = columns[2 * column + 1];
            int row = elimination.stepRow[step];
            for (int i = rows.start[row]; i < rows.end[row]; i++) {
                int other = 2 * rows.columns[i];
                columns[other] ^= low;
                columns[other + 1] ^= high;
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
            for (int i = k; i < size; i++) {
                byte value = system[pivot * size + i];
                system[pivot * size + i] = system[k * size + i];
                system[k * size + i] = (byte) Gf256.mul(inverse, value & 0xff);
            }
            for (int row = 0; row < h; row++) {
                int factor = system[row * size + k] & 0xff;
                if (row != k && factor != 0) {
                    for (int i = k; i < size; i++) {
                        system[row * size + i] ^=
                                (byte) Gf256.mul(factor, system[k * size + i] & 0xff);
                    }
                }
            }
        }
        return true;
    }

    /** The product of the inverse and what the HDPC rows have in resolved columns. */
    private void factors(Elimination elimination, InactivePart part, int count) {
        if (factors.length < count * width) {
            factors = new byte[h * (width + (width >> 3))];
        }
        for (int row = 0; row < h; row++) {
            long low = 0;
            long high = 0;
            for (int k = 0; k < count; k++) {
                long inverse = system[k * 2 * h + h + row] & 0xffL;
                factors[k * width + row] = (byte) inverse;
                low |= k < 8 ? inverse << (8 * k) : 0;
                high |= k < 8 ? 0 : inverse << (8 * (k & 7));
            }
            products(row, low, high);
        }
        long low = 0;
        long high = 0;
        for (int row = 0; row < h; row++) {
            int power = Gf256.exp(row);
            low ^= product(row, power, 0);
            high ^= product(row, power, 1);
        }
        put(h, low, high, count);
        for (int p = 0; p < part.rank; p++) {
            int column = elimination.inactive[part.pivotColumn[p]];
            low = 0;
            high = 0;
            for (int row = 0; row < h; row++) {
                int value = byteOf(columns[2 * column], columns[2 * column + 1], row) & 0xff;
                low ^= product(row, value, 0);
                high ^= product(row, value, 1);
            }
            put(h + 1 + p, low, high, count);
        }
    }

    private void put(int at, long low, long high, int count) {
        for (int k = 0; k < count; k++) {
            factors[k * width + at] = byteOf(low, high, k);
        }
    }

    private long product(int row, int value, int half) {
        int at = row * 4 * NIBBLES + half;
        return products[at + 2 * (value & 15)] ^ products[at + 2 * (NIBBLES + (value >>> 4))];
    }

    private void products(int row, long low, long high) {
        int at = row * 4 * NIBBLES;
        long l = low;
        long h2 = high;
        for (int nibble = 0; nibble < 2; nibble++) {
            products[at] = 0;
            products[at + 1] = 0;
            for (int bit = 1; bit < NIBBLES; bit <<= 1) {
                for (int i = 0; i < bit; i++) {
                    products[at + 2 * (bit + i)] = products[at + 2 * i] ^ l;
                    products[at + 2 * (bit + i) + 1] = products[at + 2 * i + 1] ^ h2;
                }
                l = Constraints.twice(l);
                h2 = Constraints.twice(h2);
            }
            at += 2 * NIBBLES;
        }
    }

    /** Bytes that it holds. */
    long sizeBytes() {
        return 8L * (columns.length + products.length) + system.length + factors.length;
    }
}
