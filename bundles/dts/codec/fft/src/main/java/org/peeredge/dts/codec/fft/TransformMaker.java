// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Encodes as section IV of the paper does for codes with m up to k: the sum of the coefficients of
 * all runs of {@code base} source symbols are those of the polynomial of lower degree that has the
 * values of the repair symbols.
 */
final class TransformMaker implements RepairMaker {
    private final FftCode code;
    private final FftKernel kernel;
    private @Nullable Columns columns;

    /** Positions of the repair symbols. */
    private int[] all = new int[0];

    TransformMaker(FftCode code, FftKernel kernel) {
        this.code = code;
        this.kernel = kernel;
    }

    @Override
    public void make(MemorySegment source, MemorySegment repair) {
        Columns here = columns;
        if (here == null) {
            // two runs: the sum, and the one that is added to it
            here = kernel.columns(code.field(), 2 * code.base(), code.symbolBytes());
            columns = here;
            all = IntStream.range(0, code.repairSymbols()).toArray();
        }
        for (int at = 0; at < code.symbolBytes(); at += here.columnBytes()) {
            here.width(Math.min(here.columnBytes(), code.symbolBytes() - at));
            makeColumn(here, source, repair, at);
        }
    }

    @Override
    public void close() {
        Columns here = columns;
        if (here != null) {
            here.close();
            columns = null;
        }
    }

    private void makeColumn(Columns here, MemorySegment source, MemorySegment repair, int at) {
        int base = code.base();
        int bytes = code.symbolBytes();
        for (int run = 0; run < code.sourceSymbols(); run += base) {
            int first = run == 0 ? 0 : base;
            int count = Math.min(base, code.sourceSymbols() - run);
            here.load(first, count, source, (long) run * bytes + at, bytes);
            here.clear(first + count, first + base);
            Transform.inverse(here, first, code.baseLayers(), count, base + run);
            if (run > 0) {
                here.add(0, base, base);
            }
        }
        Transform.forward(here, code.baseLayers(), null, code.repairSymbols());
        here.store(all, all.length, 0, repair, at, bytes);
    }
}
