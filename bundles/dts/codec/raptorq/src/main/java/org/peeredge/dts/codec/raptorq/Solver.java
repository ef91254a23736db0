// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;
import org.peeredge.dts.coding.Schedule;

/**
 * Finds out how intermediate symbols follow from encoding symbols (RFC 6330 section 5.4.2), on the
 * matrix alone, and records the sums to be made. Keeps its memory for the next time. For one thread
 * at a time.
 */
final class Solver {
    /**
     * Slots of a column block that are not intermediate symbols: zero, the last running sum, a
     * sink.
     */
    private static final int ZERO = 0;

    private static final int LAST = 1;
    private static final int NOWHERE = 2;
    private static final int HDPC = 3;

    final Constraints constraints;
    final Rows rows;
    final Elimination elimination;
    final InactivePart inactivePart = new InactivePart();
    final HdpcPart hdpcPart;

    private final Parameters parameters;
    private final int most;

    /** Where the value of a column is while inactive columns count as zero. */
    private final int[] known;

    private int columnSlot;
    private int otherSlot;
    private boolean ordered;

    Solver(Constraints constraints) {
        this.constraints = constraints;
        parameters = constraints.parameters;
        int l = parameters.l();
        rows = new Rows(constraints.rows, l + 16, 4 * l + 64);
        elimination = new Elimination(parameters);
        hdpcPart = new HdpcPart(constraints);
        known = new int[l];
        most = mostInactive(parameters);
    }

    /** Inactive columns that a solution may have: far more than rows at random ever need. */
    static int mostInactive(Parameters parameters) {
        return Math.min(parameters.l(), 2 * parameters.p() + parameters.l() / 16 + 128);
    }

    /** Slots that sums need beside inputs and intermediate symbols. */
    int others() {
        return others(parameters, inactivePart.rank);
    }

    static int others(Parameters parameters, int rank) {
        return HDPC + parameters.h() + 2 * rank;
    }

    /** Starts a system, with the LDPC rows only. */
    void start() {
        rows.clear();
        constraints.addLdpc(rows);
        ordered = false;
    }

    /** Whether the rows that are here have exactly one solution. */
    boolean solve() {
        ordered = elimination.run(rows, most);
        if (!ordered) {
            return false;
        }
        inactivePart.run(rows, elimination);
        return hdpcPart.run(rows, elimination, inactivePart);
    }

    /** Whether {@link #addLast} may be called: the last try came to know the rows' order. */
    boolean ordered() {
        return ordered;
    }

    /**
     * Adds one more row, the last one, to what is known of the matrix, which takes little time.
     *
     * @return whether it says anything that others do not; if not, it is no longer there
     */
    boolean addLast() {
        if (!inactivePart.add(rows, elimination, rows.count - 1)) {
            rows.drop();
            return false;
        }
        return true;
    }

    /** Whether there is a solution after {@link #addLast}. */
    boolean solveAgain() {
        return hdpcPart.run(rows, elimination, inactivePart);
    }

    /**
     * Records the sums that come before the product of {@link HdpcPart#factors}.
     *
     * @param columns the slot of the first intermediate symbol
     * @param others the first of the other slots
     */
    void recordFirst(Schedule to, int columns, int others) {
        columnSlot = columns;
        otherSlot = others;
        to.sum(others + ZERO);
        recordSteps(to);
        for (int p = 0; p < inactivePart.rank; p++) {
            to.sum(rightSide(p));
            addKnown(to, inactivePart.pivotRow[p], -1);
        }
        if (inactivePart.free() > 0) {
            recordHdpc(to);
        }
        int words = inactivePart.words;
        for (int p = 0; p < inactivePart.rank; p++) {
            to.sum(resolved(p));
            for (int word = 0; word < words; word++) {
                long bits = inactivePart.pivots[(p * 2 + 1) * words + word];
                while (bits != 0) {
                    to.add(rightSide((word << 6) + Long.numberOfTrailingZeros(bits)));
                    bits &= bits - 1;
                }
            }
        }
    }

    private int rightSide(int p) {
        return otherSlot + HDPC + parameters.h() + 2 * p;
    }

    private int resolved(int p) {
        return rightSide(p) + 1;
    }

    /** What columns are when all inactive ones are zero; copies are not made. */
    private void recordSteps(Schedule to) {
        Arrays.fill(known, otherSlot + ZERO);
        for (int step = 0; step < elimination.steps; step++) {
            int column = elimination.stepColumn[step];
            to.sum(columnSlot + column);
            addKnown(to, elimination.stepRow[step], column);
            if (to.operands() < 2) {
                known[column] = to.operands() == 0 ? otherSlot + ZERO : to.operand(0);
                to.drop();
            } else {
                known[column] = columnSlot + column;
            }
        }
    }

    private void addKnown(Schedule to, int row, int except) {
        if (rows.input[row] >= 0) {
            to.add(rows.input[row]);
        }
        int zero = otherSlot + ZERO;
        for (int i = rows.start[row]; i < rows.middle[row]; i++) {
            int column = rows.columns[i];
            if (column != except && known[column] != zero) {
                to.add(known[column]);
            }
        }
    }

    private void recordHdpc(Schedule to) {
        int first = otherSlot + HDPC;
        for (int row = 0; row < parameters.h(); row++) {
            to.sum(first + row);
        }
        to.sum(otherSlot + NOWHERE);
        int last = constraints.hdpcFirst.length;
        to.polynomial(otherSlot + LAST);
        for (int column = 0; column < last; column++) {
            int a = first + constraints.hdpcFirst[column];
            int b = first + constraints.hdpcSecond[column];
            to.step(known[column], a, b);
        }
        // The last running sum goes to all rows, which the product sees to.
        int nowhere = otherSlot + NOWHERE;
        to.step(known[last], nowhere, nowhere);
    }

    /** Where the sources of the product are: {@link HdpcPart#width} of them. */
    void productSources(int[] slots) {
        int h = parameters.h();
        for (int row = 0; row < h; row++) {
            slots[row] = otherSlot + HDPC + row;
        }
        slots[h] = otherSlot + LAST;
        for (int p = 0; p < inactivePart.rank; p++) {
            slots[h + 1 + p] = resolved(p);
        }
    }

    /** Where the product's results go: one slot for each free column. */
    void productTargets(int[] slots) {
        for (int k = 0; k < inactivePart.free(); k++) {
            slots[k] = columnSlot + elimination.inactive[hdpcPart.free[k]];
        }
    }

    /** Records the sums after the product: all intermediate symbols. */
    void recordSecond(Schedule to) {
        int words = inactivePart.words;
        for (int p = 0; p < inactivePart.rank; p++) {
            to.sum(columnSlot + elimination.inactive[inactivePart.pivotColumn[p]]);
            to.add(resolved(p));
            for (int k = 0; k < inactivePart.free(); k++) {
                int q = hdpcPart.free[k];
                if (Bits.get(inactivePart.pivots, p * 2 * words, q)) {
                    to.add(columnSlot + elimination.inactive[q]);
                }
            }
        }
        for (int step = 0; step < elimination.steps; step++) {
            int row = elimination.stepRow[step];
            int column = elimination.stepColumn[step];
            to.sum(columnSlot + column);
            if (rows.input[row] >= 0) {
                to.add(rows.input[row]);
            }
            int own = rows.start[row];
            while (rows.columns[own] != column) {
                own++;
            }
            to.addAll(columnSlot, rows.columns, rows.start[row], own);
            to.addAll(columnSlot, rows.columns, own + 1, rows.end[row]);
        }
    }

    /** Bytes that it holds. */
    long sizeBytes() {
        return rows.sizeBytes()
                + elimination.sizeBytes()
                + inactivePart.sizeBytes()
                + hdpcPart.sizeBytes()
                + 4L * known.length;
    }
}
