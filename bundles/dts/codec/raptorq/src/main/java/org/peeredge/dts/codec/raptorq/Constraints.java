// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import org.peeredge.dts.coding.Gf256;

/**
 * The equations between intermediate symbols that hold for a K' (RFC 6330 section 5.3.3.3), and
 * those of its source symbols. Does not change: safe for use by many threads.
 */
final class Constraints {
    final Parameters parameters;

    /**
     * S rows of the LDPC symbols, all zero on their right side, then K' rows of the source symbols,
     * with those of padding.
     */
    final Rows rows;

    /** The two HDPC rows to which column j of GAMMA is added, for all j but the last (MT). */
    final byte[] hdpcFirst;

    final byte[] hdpcSecond;

    /** G_HDPC and the identity behind it, by columns: two longs, of a byte for each row. */
    final long[] hdpc;

    Constraints(Parameters parameters) {
        this.parameters = parameters;
        int s = parameters.s();
        int ones = 3 * parameters.b() + 3 * s;
        rows = new Rows(s + parameters.kPrime(), ones + 9 * parameters.kPrime());
        addLdpc(parameters);
        Tuple tuple = new Tuple(parameters);
        for (int x = 0; x < parameters.kPrime(); x++) {
            rows.add(tuple, x, -1);
        }
        int h = parameters.h();
        int columns = parameters.kPrime() + parameters.s() - 1;
        hdpcFirst = new byte[columns];
        hdpcSecond = new byte[columns];
        for (int j = 0; j < columns; j++) {
            int first = Rand.rand(j + 1, 6, h);
            hdpcFirst[j] = (byte) first;
            hdpcSecond[j] = (byte) ((first + Rand.rand(j + 1, 7, h - 1) + 1) % h);
        }
        hdpc = hdpc();
    }

    private long[] hdpc() {
        int h = parameters.h();
        int last = hdpcFirst.length;
        long[] columns = new long[2 * parameters.l()];
        for (int row = 0; row < h; row++) {
            flip(columns, last, row, Gf256.exp(row));
            flip(columns, last + 1 + row, row, 1);
        }
        // GAMMA's columns are twice the one to the right of them, but for the diagonal.
        for (int column = last - 1; column >= 0; column--) {
            columns[2 * column] = twice(columns[2 * column + 2]);
            columns[2 * column + 1] = twice(columns[2 * column + 3]);
            flip(columns, column, hdpcFirst[column], 1);
            flip(columns, column, hdpcSecond[column], 1);
        }
        return columns;
    }

    private static void flip(long[] columns, int column, int row, int value) {
        columns[2 * column + (row >>> 3)] ^= (long) value << (8 * (row & 7));
    }

    /** Eight elements of the field doubled. */
    static long twice(long x) {
        long carry = x >>> 7 & 0x0101010101010101L;
        return (x & ~0x8080808080808080L) << 1 ^ carry ^ carry << 2 ^ carry << 3 ^ carry << 4;
    }

    private void addLdpc(Parameters parameters) {
        int s = parameters.s();
        int b = parameters.b();
        int p = parameters.p();
        int[] sizes = new int[s];
        for (int i = 0; i < b; i++) {
            int step = 1 + i / s;
            sizes[i % s]++;
            sizes[(i + step) % s]++;
            sizes[(i + 2 * step) % s]++;
        }
        for (int row = 0; row < s; row++) {
            rows.add(sizes[row] + 3);
        }
        for (int i = 0; i < b; i++) {
            int step = 1 + i / s;
            rows.columns[rows.middle[i % s]++] = i;
            rows.columns[rows.middle[(i + step) % s]++] = i;
            rows.columns[rows.middle[(i + 2 * step) % s]++] = i;
        }
        for (int row = 0; row < s; row++) {
            rows.columns[rows.middle[row]++] = b + row;
            rows.columns[rows.middle[row]] = parameters.w() + row % p;
            rows.columns[rows.middle[row] + 1] = parameters.w() + (row + 1) % p;
        }
    }

    /** Appends the row of a source symbol to rows that know those here. */
    void addSource(Rows to, int x, int input) {
        to.add(rows, parameters.s() + x, input);
    }

    /** Appends the LDPC rows. */
    void addLdpc(Rows to) {
        for (int row = 0; row < parameters.s(); row++) {
            to.add(rows, row, -1);
        }
    }

    long sizeBytes() {
        return rows.sizeBytes() + 2L * hdpcFirst.length + 8L * hdpc.length;
    }
}
