// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes erasures as section V of the paper does: with f the polynomial of all symbols and L the
 * error locator, f L is known at all points, as it is zero at the erased ones; of its formal
 * derivative f' L + f L' only f L' is left there.
 */
final class TransformMender implements BlockMender {
    private static final int[] NONE = new int[0];

    private final FftCode code;
    private final FftKernel kernel;
    private final Function<FftCode, Locator> locators;
    private @Nullable Columns columns;

    /** L at each point, 0 at an erased one. */
    private int[] factors = NONE;

    /** 1 / L' at each point to be computed. */
    private int[] inverses = NONE;

    /** All points that have a symbol. */
    private int[] all = NONE;

    /** The points to be computed. */
    private int[] missing = NONE;

    private int missingCount;

    /** For each point how many before it are to be computed. */
    private int[] wanted = NONE;

    TransformMender(FftCode code, FftKernel kernel, Function<FftCode, Locator> locators) {
        this.code = code;
        this.kernel = kernel;
        this.locators = locators;
    }

    @Override
    public void mend(MemorySegment source, MemorySegment repair, BitSet here) {
        Columns work = columns;
        if (work == null) {
            work = allocate();
        }
        locate(here);
        int base = code.base();
        int bytes = code.symbolBytes();
        for (int at = 0; at < bytes; at += work.columnBytes()) {
            work.width(Math.min(work.columnBytes(), bytes - at));
            work.load(0, code.repairSymbols(), repair, at, bytes);
            work.clear(code.repairSymbols(), base);
            work.load(base, code.sourceSymbols(), source, at, bytes);
            work.clear(code.used(), 1 << code.layers());
            work.times(all, all.length, factors);
            Transform.inverse(work, 0, code.layers(), code.used(), 0);
            Transform.derive(work, 0, code.layers());
            Transform.forward(work, code.layers(), wanted, code.used());
            work.times(missing, missingCount, inverses);
            work.store(missing, missingCount, base, source, at, bytes);
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

    private Columns allocate() {
        int points = 1 << code.layers();
        int base = code.base();
        int m = code.repairSymbols();
        Columns work = kernel.columns(code.field(), points, code.symbolBytes());
        columns = work;
        factors = new int[points];
        inverses = new int[points];
        wanted = new int[points + 1];
        missing = new int[m];
        all = IntStream.range(0, code.symbols()).map(i -> i < m ? i : i - m + base).toArray();
        return work;
    }

    private void locate(BitSet here) {
        int k = code.sourceSymbols();
        int m = code.repairSymbols();
        int base = code.base();
        Arrays.fill(factors, 0);
        for (int i = 0; i < m; i++) {
            factors[i] = here.get(k + i) ? 0 : 1;
        }
        Arrays.fill(factors, m, base, 1);
        missingCount = 0;
        for (int i = 0; i < k; i++) {
            wanted[base + i] = missingCount;
            if (!here.get(i)) {
                factors[base + i] = 1;
                missing[missingCount++] = base + i;
            }
        }
        Arrays.fill(wanted, base + k, wanted.length, missingCount);
        locators.apply(code).locate(factors);
        CantorField field = code.field();
        for (int i = 0; i < m; i++) {
            factors[i] = here.get(k + i) ? field.exp(factors[i]) : 0;
        }
        for (int i = base; i < base + k; i++) {
            boolean known = here.get(i - base);
            inverses[i] = known ? 0 : field.exp(field.modulus() - factors[i]);
            factors[i] = known ? field.exp(factors[i]) : 0;
        }
    }
}
