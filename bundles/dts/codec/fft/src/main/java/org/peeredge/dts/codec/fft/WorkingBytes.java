// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/** Bounds of what encoders and decoders hold. */
final class WorkingBytes {
    /** Columns of all kernels are at most this together, or else one unit each. */
    private static final long COLUMNS = 1 << 18;

    private static final long UNIT = 128;

    /** Objects and arrays for each position. */
    private static final long POSITION = 96;

    private static final long REST = 1 << 12;

    private WorkingBytes() {}

    /** All symbols, columns for one transform of all points or two of the repair symbols. */
    static long of(FftCode code) {
        long symbols = (long) code.symbols() * code.symbolBytes();
        if (!code.transforms()) {
            return symbols + REST;
        }
        long positions = Math.max(1L << code.layers(), 2L * code.base());
        return symbols + Math.max(COLUMNS, positions * UNIT) + positions * POSITION + REST;
    }
}
