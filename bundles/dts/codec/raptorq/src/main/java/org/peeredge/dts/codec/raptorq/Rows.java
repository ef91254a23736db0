// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;

/**
 * Rows of a sparse binary matrix: for each row the columns that are 1, those of LT symbols first.
 * Grows when it has to, and keeps its room.
 */
final class Rows {
    /** Where each row starts in {@link #columns}. */
    int[] start;

    /** Where in each row the columns begin that are inactive from the start. */
    int[] middle;

    /** Where each row ends. */
    int[] end;

    /** The slot with the row's right side; -1 when that is zero. */
    int[] input;

    int[] columns;
    int count;

    /** Columns that stay when rows are cleared, and those of rows that were added. */
    private final int kept;

    private int used;

    Rows(int rows, int columns) {
        start = new int[rows];
        middle = new int[rows];
        end = new int[rows];
        input = new int[rows];
        this.columns = new int[columns];
        kept = 0;
    }

    /** None yet; but the columns of all rows of {@code known} are here for {@link #add}. */
    Rows(Rows known, int rows, int moreColumns) {
        start = new int[rows];
        middle = new int[rows];
        end = new int[rows];
        input = new int[rows];
        columns = Arrays.copyOf(known.columns, known.used + moreColumns);
        kept = known.used;
        used = kept;
    }

    void clear() {
        count = 0;
        used = kept;
    }

    private void room(int more) {
        if (count == middle.length) {
            int rows = count + (count >> 1) + 1;
            start = Arrays.copyOf(start, rows);
            middle = Arrays.copyOf(middle, rows);
            end = Arrays.copyOf(end, rows);
            input = Arrays.copyOf(input, rows);
        }
        if (used + more > columns.length) {
            int size = used + more;
            columns = Arrays.copyOf(columns, size + (size >> 2));
        }
    }

    /** Appends the row of an encoding symbol. */
    void add(Tuple tuple, int x, int from) {
        room(Tuple.MAX_COLUMNS);
        int all = tuple.columns(x, columns, used);
        start[count] = used;
        middle[count] = used + tuple.d;
        used += all;
        end[count] = used;
        input[count++] = from;
    }

    /** Appends a row of the known ones. */
    void add(Rows known, int row, int from) {
        room(0);
        start[count] = known.start[row];
        middle[count] = known.middle[row];
        end[count] = known.end[row];
        input[count++] = from;
    }

    /** Appends a row of {@code size} columns that the caller fills in. */
    void add(int size) {
        room(size);
        start[count] = used;
        middle[count] = used;
        used += size;
        end[count] = used;
        input[count++] = -1;
    }

    /** Takes back the last row. */
    void drop() {
        count--;
    }

    long sizeBytes() {
        return 4L * (4L * start.length + columns.length);
    }
}
