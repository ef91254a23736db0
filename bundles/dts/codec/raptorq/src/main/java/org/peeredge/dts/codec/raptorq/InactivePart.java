// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;

/**
 * What each resolved column depends on when all before it are resolved: a row of bits, one for each
 * inactive column (U_upper of RFC 6330 section 5.4.2.2 once its left part is the identity). Then
 * the rows that resolved nothing, brought to reduced echelon form as they come (section 5.4.2.3
 * without the HDPC rows): they resolve all inactive columns but the free ones.
 */
final class InactivePart {
    /** Longs in a row of bits. */
    int words;

    /** One row for each step. */
    long[] steps = new long[0];

    /**
     * Rows that resolve an inactive column each; then as many bits for the rows they are made of.
     */
    long[] pivots = new long[0];

    /** The rows of the matrix that these came from. */
    int[] pivotRow = new int[0];

    /** The inactive column that each of them resolves. */
    int[] pivotColumn = new int[0];

    int rank;

    private int columns;
    private long[] resolved = new long[0];
    private int[] pivotOf = new int[0];

    /** Computes the rows of all steps, then takes all rows that resolved nothing. */
    void run(Rows rows, Elimination elimination) {
        columns = elimination.inactives;
        words = (Bits.words(columns) + 1) & -2; // an even number, see dense
        rank = 0;
        room(elimination.steps);
        Arrays.fill(resolved, 0, words, 0);
        boolean[] used = used(rows, elimination);
        for (int step = 0; step < elimination.steps; step++) {
            int at = step * words;
            dense(rows, elimination, elimination.stepRow[step], step, steps, at);
        }
        for (int row = 0; row < rows.count; row++) {
            if (!used[row]) {
                add(rows, elimination, row);
            }
        }
    }

    private boolean[] usedRows = new boolean[0];

    private boolean[] used(Rows rows, Elimination elimination) {
        if (usedRows.length < rows.count) {
            usedRows = new boolean[rows.middle.length];
        }
        Arrays.fill(usedRows, 0, rows.count, false);
        for (int step = 0; step < elimination.steps; step++) {
            usedRows[elimination.stepRow[step]] = true;
        }
        return usedRows;
    }

    private void room(int stepCount) {
        if (steps.length < stepCount * words) {
            steps = new long[stepCount * words + ((stepCount * words) >> 3)];
        }
        if (pivotRow.length < columns) {
            int more = columns + (columns >> 3);
            pivotRow = new int[more];
            pivotColumn = new int[more];
            pivotOf = new int[more];
            resolved = new long[Bits.words(more) + 1];
            pivots = new long[(more + 1) * 2 * (Bits.words(more) + 1)];
        }
    }

    /** What a row of the matrix depends on; two longs at once, which stay in registers. */
    private void dense(Rows rows, Elimination elimination, int row, int step, long[] to, int at) {
        int[] state = elimination.state;
        for (int word = 0; word < words; word += 2) {
            long low = 0;
            long high = 0;
            for (int i = rows.start[row]; i < rows.end[row]; i++) {
                int s = state[rows.columns[i]];
                if (s >= 0) {
                    if (s != step) {
                        low ^= steps[s * words + word];
                        high ^= steps[s * words + word + 1];
                    }
                } else {
                    int q = ~s - (word << 6);
                    low ^= q >>> 6 == 0 ? 1L << q : 0;
                    high ^= q >>> 6 == 1 ? 1L << q : 0;
                }
            }
            to[at + word] = low;
            to[at + word + 1] = high;
        }
    }

    /**
     * Takes one more row of the matrix.
     *
     * @return whether it says anything that others do not
     */
    boolean add(Rows rows, Elimination elimination, int row) {
        if (rank == columns) {
            return false;
        }
        int at = rank * 2 * words;
        Arrays.fill(pivots, at + words, at + 2 * words, 0);
        dense(rows, elimination, row, -1, pivots, at);
        Bits.flip(pivots, at + words, rank);
        for (int word = 0; word < words; word++) {
            // Rows that are added are zero in resolved columns but their own.
            long hits = pivots[at + word] & resolved[word];
            while (hits != 0) {
                int column = (word << 6) + Long.numberOfTrailingZeros(hits);
                Bits.add(pivots, at, pivots, pivotOf[column] * 2 * words, 2 * words);
                hits &= hits - 1;
            }
        }
        int word = 0;
        while (word < words && pivots[at + word] == 0) {
            word++;
        }
        if (word == words) {
            return false;
        }
        int column = (word << 6) + Long.numberOfTrailingZeros(pivots[at + word]);
        for (int other = 0; other < rank; other++) {
            if (Bits.get(pivots, other * 2 * words, column)) {
                Bits.add(pivots, other * 2 * words, pivots, at, 2 * words);
            }
        }
        Bits.flip(resolved, 0, column);
        pivotOf[column] = rank;
        pivotColumn[rank] = column;
        pivotRow[rank++] = row;
        return true;
    }

    /** Inactive columns that are still free. */
    int free() {
        return columns - rank;
    }

    /** Whether inactive column q is resolved. */
    boolean resolved(int q) {
        return Bits.get(resolved, 0, q);
    }

    /** Bytes that it holds. */
    long sizeBytes() {
        return 8L * (steps.length + pivots.length + resolved.length)
                + 12L * pivotRow.length
                + usedRows.length;
    }
}
