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
        int others = 2 + parameters.h() + 2 * Solver.mostInactive(parameters);
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
        int others = 2 + parameters.h() + 2 * most;
        int capacity = RaptorqDecoder.capacity(parameters, k);
        long rows = parameters.s() + parameters.kPrime() + parameters.s() + parameters.h();
        long ones = rows * (Tuple.MAX_COLUMNS + 1) + 3L * parameters.kPrime();
        long words = Bits.words(most);
        long bits = 9L * (l * words + 2 * (most + 1) * words + 8 * 17 * words);
        return (capacity + 1) * Stride.of(t)
                + 24L * capacity
                + Workspace.sizeBytes(l, others, capacity, t)
                + Output.sizeBytes(l, t)
                // Rows, columns and schedules: ints, with the room that they grow by.
                + 4L * 2 * (4 * ones + 8 * rows + 12L * l)
                + 2 * bits;
    }
}
