// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.Arrays;
import org.peeredge.dts.coding.Schedule;

/**
 * The sums that lead from source symbols to intermediate symbols: they depend on K' only. Slots are
 * those of K' source symbols, then L intermediate symbols, then others.
 */
final class Plan {
    final Schedule first;
    final Schedule second;
    final byte[] factors;
    final int[] sources;
    final int[] targets;
    final int others;

    /** Computes it: the cost of solving the matrix. */
    Plan(Constraints constraints) {
        Parameters parameters = constraints.parameters;
        Solver solver = new Solver(constraints);
        solver.start();
        for (int i = 0; i < parameters.kPrime(); i++) {
            constraints.addSource(solver.rows, i, i);
        }
        if (!solver.solve()) {
            throw new IllegalStateException("no solution for K' " + parameters.kPrime());
        }
        int columns = parameters.kPrime();
        Schedule record = new Schedule(8 * parameters.l());
        solver.recordFirst(record, columns, columns + parameters.l());
        first = record.trimmed();
        record.clear();
        solver.recordSecond(record);
        second = record.trimmed();
        sources = new int[solver.hdpcPart.width];
        targets = new int[solver.inactivePart.free()];
        solver.productSources(sources);
        solver.productTargets(targets);
        factors = Arrays.copyOf(solver.hdpcPart.factors, sources.length * targets.length);
        others = solver.others();
    }

    long sizeBytes() {
        return first.sizeBytes()
                + second.sizeBytes()
                + factors.length
                + 4L * (sources.length + targets.length);
    }
}
