// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/** How wide columns are: all of them together no more than a cache holds, if that can be. */
final class ColumnWidth {
    private ColumnWidth() {}

    /**
     * Bytes of a column.
     *
     * @param unit what it is a multiple of
     * @param targetBytes what all columns together should not exceed
     */
    static int of(int positions, int symbolBytes, int unit, int targetBytes) {
        int most = Math.max(1, targetBytes / positions / unit) * unit;
        int columns = Math.ceilDiv(symbolBytes, most);
        // equal columns, so that the last one is not mostly padding
        return Math.ceilDiv(Math.ceilDiv(symbolBytes, columns), unit) * unit;
    }
}
