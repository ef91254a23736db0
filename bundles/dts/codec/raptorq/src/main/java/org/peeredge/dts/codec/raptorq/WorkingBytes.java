// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import org.peeredge.dts.api.codec.CodecId;

/** What an encoder or a decoder may hold at most. */
final class WorkingBytes {
    private WorkingBytes() {}

    /** Bytes of the larger of the two. */
    static long of(CodecId id) {
        return Math.max(encoder(id), decoder(id));
    }

    /** The block, intermediate symbols and scratch. */
    private static long encoder(CodecId id) {
        int k = id.sourceSymbols();
        int t = id.symbolBytes();
        Parameters parameters = Parameters.of(k);
        int l = parameters.l();
        int others = Solver.others(parameters, Solver.mostInactive(parameters));
        return (long) k * (t + 64)
                + Workspace.sizeBytes(l, others, parameters.kPrime(), t)
                + Output.sizeBytes(l, t);
    }

    private static long decoder(CodecId id) {
        int k = id.sourceSymbols();
        int t = id.symbolBytes();
        Parameters parameters = Parameters.of(k);
        int l = parameters.l();
        int most = Solver.mostInactive(parameters);
        int others = (int) grown(Solver.others(parameters, most));
        int capacity = RaptorqDecoder.capacity(parameters, k);
        return capacity * Stride.of(t)
                + Arrivals.sizeBytes(k, capacity)
                + Workspace.sizeBytes(l, others, capacity, t)
                + Output.sizeBytes(l, t)
                + 4L * others
                + solver(parameters, most);
    }

    /** Rows of all symbols that may be kept, each of the most ones; and schedules of as many. */
    private static long solver(Parameters parameters, int most) {
        long l = parameters.l();
        long rows = l + parameters.s();
        long ones = 12 * l + (Tuple.MAX_COLUMNS + 3) * rows;
        long words = grown(most) / 64 + 3;
        long steps = l * words;
        long pivots = 2 * (grown(most) + 1) * words;
        // Arrays grow by half of what they were.
        long ints = 3 * (4 * ones + 10 * rows + 8 * l) / 2 + 2 * pivots * 64;
        return 4 * ints + 8 * (grown(steps) + pivots + 2 * l) + 100_000;
    }

    private static long grown(long size) {
        return size + (size >> 3) + 1;
    }
}
