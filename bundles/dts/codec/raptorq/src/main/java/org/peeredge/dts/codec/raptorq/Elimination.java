// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;

/**
 * The first phase of RFC 6330 section 5.4.2.2 on the structure alone: in which order columns can be
 * resolved one by one, each by a row whose other columns are resolved before or inactive, and which
 * columns have to be made inactive for that.
 *
 * <p>Instead of swapping and adding rows it counts, for each row, the columns that are neither
 * resolved nor inactive, and keeps the XOR of their numbers: when one is left, that is its number.
 * Where no row has one column left, a column goes inactive: of the graph whose edges are the rows
 * with two columns left, one in the largest component, so that all of the component follows.
 */
final class Elimination {
    private static final int ACTIVE = Integer.MIN_VALUE;

    /**
     * Rows that are looked at for a large component: more do not lead to fewer inactive columns.
     */
    private static final int LOOKS = 48;

    private final int l;
    private final int w;

    /** For each column its step, {@code ~q} when it is inactive column q, or {@link #ACTIVE}. */
    final int[] state;

    /** For each step the row and the column that it resolves. */
    final int[] stepRow;

    final int[] stepColumn;

    /** The inactive columns. */
    final int[] inactive;

    int steps;
    int inactives;

    private int[] left = new int[0];
    private int[] xor = new int[0];
    private final int[] columnStart;
    private int[] columnRows = new int[0];
    private int[] single = new int[0];
    private int singles;
    private int[] pair = new int[0];
    private int[] pairColumn = new int[0];
    private int pairs;
    private int active;
    private final int[] parent;
    private final int[] size;

    Elimination(Parameters parameters) {
        l = parameters.l();
        w = parameters.w();
        state = new int[l];
        stepRow = new int[w];
        stepColumn = new int[w];
        inactive = new int[l];
        columnStart = new int[w + 2];
        parent = new int[w];
        size = new int[w];
    }

    /**
     * Finds the order.
     *
     * @param most inactive columns that there may be
     * @return whether it came to an end with no more than that
     */
    boolean run(Rows rows, int most) {
        start(rows);
        while (true) {
            while (singles > 0) {
                int row = single[--singles];
                if (left[row] == 1) {
                    int column = xor[row];
                    stepRow[steps] = row;
                    stepColumn[steps] = column;
                    remove(rows, column, steps++);
                }
            }
            if (inactives > most) {
                return false;
            }
            if (!inactivateOfPair(rows) && !inactivateOfRow(rows)) {
                break;
            }
        }
        for (int column = 0; column < w; column++) {
            if (state[column] == ACTIVE) {
                inactivate(rows, column);
            }
        }
        return inactives <= most;
    }

    private void start(Rows rows) {
        if (left.length < rows.count) {
            left = new int[rows.middle.length];
            xor = new int[rows.middle.length];
            single = new int[rows.middle.length];
            pair = new int[rows.middle.length];
            pairColumn = new int[rows.middle.length];
        }
        steps = 0;
        inactives = 0;
        singles = 0;
        pairs = 0;
        active = w;
        Arrays.fill(state, 0, w, ACTIVE);
        for (int column = w; column < l; column++) {
            state[column] = ~inactives;
            inactive[inactives++] = column;
        }
        for (int column = 0; column < w; column++) {
            parent[column] = column;
            size[column] = 1;
        }
        transpose(rows);
        for (int row = 0; row < rows.count; row++) {
            int from = rows.start[row];
            int to = rows.middle[row];
            int sum = 0;
            for (int i = from; i < to; i++) {
                sum ^= rows.columns[i];
            }
            xor[row] = sum;
            left[row] = to - from;
            if (to - from == 1) {
                single[singles++] = row;
            } else if (to - from == 2) {
                pairColumn[pairs] = rows.columns[from];
                pair[pairs++] = row;
                union(rows.columns[from], rows.columns[from + 1]);
            }
        }
    }

    private void transpose(Rows rows) {
        Arrays.fill(columnStart, 0);
        int[] columns = rows.columns;
        for (int row = 0; row < rows.count; row++) {
            for (int i = rows.start[row]; i < rows.middle[row]; i++) {
                columnStart[columns[i] + 2]++;
            }
        }
        for (int column = 2; column <= w + 1; column++) {
            columnStart[column] += columnStart[column - 1];
        }
        if (columnRows.length < columnStart[w + 1]) {
            columnRows = new int[rows.columns.length];
        }
        for (int row = 0; row < rows.count; row++) {
            for (int i = rows.start[row]; i < rows.middle[row]; i++) {
                columnRows[columnStart[columns[i] + 1]++] = row;
            }
        }
    }

    private void inactivate(Rows rows, int column) {
        inactive[inactives] = column;
        remove(rows, column, ~inactives++);
    }

    private void remove(Rows rows, int column, int newState) {
        state[column] = newState;
        active--;
        for (int i = columnStart[column]; i < columnStart[column + 1]; i++) {
            int row = columnRows[i];
            xor[row] ^= column;
            int now = --left[row];
            if (now == 1) {
                single[singles++] = row;
            } else if (now == 2) {
                int one = firstActive(rows, row);
                pairColumn[pairs] = one;
                pair[pairs++] = row;
                union(one, xor[row] ^ one);
            }
        }
    }

    private int firstActive(Rows rows, int row) {
        int i = rows.start[row];
        while (state[rows.columns[i]] != ACTIVE) {
            i++;
        }
        return rows.columns[i];
    }

    /** One column of the largest component of the graph of rows with two columns. */
    private boolean inactivateOfPair(Rows rows) {
        int best = -1;
        int bestSize = 0;
        int kept = 0;
        int i = 0;
        // A component with more than half of all columns is the largest one; where there is such a
        // one, most rows belong to it. So a look at some rows is enough.
        for (; i < pairs && 2 * bestSize <= active && kept < LOOKS; i++) {
            int row = pair[i];
            if (left[row] == 2) {
                int column = pairColumn[i];
                pair[kept] = row;
                pairColumn[kept++] = column;
                int sum = size[root(column)];
                if (sum > bestSize) {
                    bestSize = sum;
                    best = kept - 1;
                }
            }
        }
        if (best < 0) {
            pairs = 0;
            return false;
        }
        int one = pairColumn[best];
        int other = xor[pair[best]] ^ one;
        System.arraycopy(pair, i, pair, kept, pairs - i);
        System.arraycopy(pairColumn, i, pairColumn, kept, pairs - i);
        pairs = kept + pairs - i;
        inactivate(rows, rowsOf(one) > rowsOf(other) ? one : other);
        return true;
    }

    private int rowsOf(int column) {
        return columnStart[column + 1] - columnStart[column];
    }

    /** All columns but one of a row with the fewest, of those the one that began with fewest. */
    private boolean inactivateOfRow(Rows rows) {
        int best = -1;
        int bestLeft = Integer.MAX_VALUE;
        int bestAll = Integer.MAX_VALUE;
        for (int row = 0; row < rows.count; row++) {
            int now = left[row];
            if (now > 0 && now <= bestLeft) {
                int all = rows.middle[row] - rows.start[row];
                if (now < bestLeft || all < bestAll) {
                    bestLeft = now;
                    bestAll = all;
                    best = row;
                }
            }
        }
        if (best < 0) {
            return false;
        }
        while (left[best] > 1) {
            inactivate(rows, firstActive(rows, best));
        }
        return true;
    }

    private void union(int one, int other) {
        int a = root(one);
        int b = root(other);
        if (a != b) {
            int large = size[a] < size[b] ? b : a;
            int small = a + b - large;
            parent[small] = large;
            size[large] += size[small];
        }
    }

    private int root(int column) {
        int at = column;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }

    /** Bytes that it holds. */
    long sizeBytes() {
        return 4L * (l + l + 2L * w + 3L * w + 5L * left.length + columnRows.length);
    }
}
