// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/** Makes working memory with its arithmetic. Safe for use by many threads. */
interface FftKernel {
    /** What it is made of, such as {@code vector-512}; for logs. */
    String name();

    /**
     * Columns over a field.
     *
     * @param positions how many
     * @param symbolBytes bytes of a symbol; columns need not be wider
     */
    Columns columns(CantorField field, int positions, int symbolBytes);
}
