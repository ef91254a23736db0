// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.function.Function;
import org.peeredge.dts.coding.Gf256Kernel;

/** Computes the source symbols that are missing. For one thread at a time; keeps its memory. */
interface BlockMender extends AutoCloseable {
    /**
     * Computes them.
     *
     * @param source k symbols one after another, padded; those that are missing are written
     * @param repair m symbols
     * @param here by number, which of them are here: k
     */
    void mend(MemorySegment source, MemorySegment repair, BitSet here);

    /** Gives its memory back. */
    @Override
    default void close() {}

    /** The mender for a code; allocates nothing yet. */
    static BlockMender of(
            FftCode code, Gf256Kernel sums, FftKernel kernel, Function<FftCode, Locator> locators) {
        return code.transforms()
                ? new TransformMender(code, kernel, locators)
                : (source, repair, here) -> sum(code, sums, source, repair, here);
    }

    private static void sum(
            FftCode code,
            Gf256Kernel sums,
            MemorySegment source,
            MemorySegment repair,
            BitSet here) {
        long bytes = code.symbolBytes();
        long missing = here.nextClearBit(0) * bytes;
        MemorySegment.copy(repair, 0, source, missing, bytes);
        for (int i = 0; i < code.sourceSymbols(); i++) {
            if (here.get(i)) {
                sums.xor(source, missing, source, i * bytes, bytes);
            }
        }
    }
}
