// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;

/**
 * Rows of a sparse binary matrix: for each row the columns that are 1, those of LT symbols first.
 * Grows when it has to, and keeps its room.
 */
final class Rows {
    /** Where each row starts in {@link #columns}; one more than there are rows. */
    int[] start;

    /** Where in each row the columns begin that are inactive from the start. */
    int[] middle;

    /** The slot with the row's right side; -1 when that is zero. */
    int[] input;

    int[] columns;
    int count;

    Rows(int rows, int columns) {
        start = new int[rows + 1];
        middle = new int[rows];
        input = new int[rows];
        this.columns = new int[columns];
    }

    void clear() {
        count = 0;
    }

    /** Makes room for one row; its columns go to {@code columns} from {@code start[count]} on. */
    void room(int more) {
        if (count == middle.length) {
            int rows = count + (count >> 1) + 1;
            start = Arrays.copyOf(start, rows + 1);
            middle = Arrays.copyOf(middle, rows);
            input = Arrays.copyOf(input, rows);
        }
        if (start[count] + more > columns.length) {
            int size = start[count] + more;
            columns = Arrays.copyOf(columns, size + (size >> 2));
        }
    }

    /** Ends the row whose columns were put in place. */
    void end(int lt, int all, int from) {
        middle[count] = start[count] + lt;
        input[count] = from;
        start[count + 1] = start[count] + all;
        count++;
    }

    /** Appends the row of an encoding symbol. */
    void add(Tuple tuple, int x, int from) {
        room(Tuple.MAX_COLUMNS);
        int all = tuple.columns(x, columns, start[count]);
        end(tuple.d, all, from);
    }

    /** Appends rows {@code first .. first + rows - 1} of another, with zero on the right side. */
    void addAll(Rows other, int first, int rows) {
        for (int i = first; i < first + rows; i++) {
            add(other, i, -1);
        }
    }

    /** Appends a row of another. */
    void add(Rows other, int row, int from) {
        int at = other.start[row];
        int all = other.start[row + 1] - at;
        room(all);
        System.arraycopy(other.columns, at, columns, start[count], all);
        end(other.middle[row] - at, all, from);
    }

    long sizeBytes() {
        return 4L * (start.length + middle.length + input.length + columns.length);
    }
}
