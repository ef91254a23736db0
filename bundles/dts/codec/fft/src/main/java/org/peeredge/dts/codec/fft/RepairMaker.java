// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import org.peeredge.dts.coding.Gf256Kernel;

/** Makes all repair symbols of a block. For one thread at a time; keeps its memory. */
interface RepairMaker extends AutoCloseable {
    /**
     * Makes them.
     *
     * @param source k symbols one after another, the last one padded
     * @param repair room for m symbols
     */
    void make(MemorySegment source, MemorySegment repair);

    /** Gives its memory back. */
    @Override
    default void close() {}

    /** The maker for a code; allocates nothing yet. */
    static RepairMaker of(FftCode code, Gf256Kernel sums, FftKernel kernel) {
        return code.transforms()
                ? new TransformMaker(code, kernel)
                : (source, repair) -> sum(code, sums, source, repair);
    }

    private static void sum(
            FftCode code, Gf256Kernel sums, MemorySegment source, MemorySegment repair) {
        long bytes = code.symbolBytes();
        MemorySegment.copy(source, 0, repair, 0, bytes);
        for (int i = 1; i < code.sourceSymbols(); i++) {
            sums.xor(repair, 0, source, i * bytes, bytes);
        }
    }
}
