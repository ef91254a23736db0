// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

/**
 * The equations between intermediate symbols that hold for a K' (RFC 6330 section 5.3.3.3), and
 * those of its source symbols. Does not change: safe for use by many threads.
 */
final class Constraints {
    final Parameters parameters;

    /** S rows of the LDPC symbols, all zero on their right side. */
    final Rows ldpc;

    /** K' rows of the source symbols, with those of padding. */
    final Rows source;

    /** The two HDPC rows to which column j of GAMMA is added, for all j but the last (MT). */
    final byte[] hdpcFirst;

    final byte[] hdpcSecond;

    Constraints(Parameters parameters) {
        this.parameters = parameters;
        ldpc = ldpc(parameters);
        source = source(parameters);
        int h = parameters.h();
        int columns = parameters.kPrime() + parameters.s() - 1;
        hdpcFirst = new byte[columns];
        hdpcSecond = new byte[columns];
        for (int j = 0; j < columns; j++) {
            int first = Rand.rand(j + 1, 6, h);
            hdpcFirst[j] = (byte) first;
            hdpcSecond[j] = (byte) ((first + Rand.rand(j + 1, 7, h - 1) + 1) % h);
        }
    }

    private static Rows source(Parameters parameters) {
        Rows rows = new Rows(parameters.kPrime(), 9 * parameters.kPrime());
        Tuple tuple = new Tuple(parameters);
        for (int x = 0; x < parameters.kPrime(); x++) {
            rows.add(tuple, x, -1);
        }
        return rows;
    }

    private static Rows ldpc(Parameters parameters) {
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
        Rows rows = new Rows(s, 3 * b + 3 * s);
        for (int row = 0; row < s; row++) {
            rows.middle[row] = rows.start[row];
            rows.input[row] = -1;
            rows.start[row + 1] = rows.start[row] + sizes[row] + 3;
        }
        rows.count = s;
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
        return rows;
    }

    long sizeBytes() {
        return ldpc.sizeBytes() + source.sizeBytes() + 2L * hdpcFirst.length;
    }
}
