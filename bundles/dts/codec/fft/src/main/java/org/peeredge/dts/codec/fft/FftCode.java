// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import org.peeredge.dts.api.codec.CodecId;

/**
 * What follows from k and m. All symbols are values of one polynomial, whose coefficients from
 * {@code 2^layers - base} on are zero: repair symbols at points 0 to m - 1, source symbols from
 * point {@link #base} on. Values between repair and source symbols go nowhere; those behind the
 * last source symbol are zeros.
 */
record FftCode(CodecId id) {
    static final int MAX_POINTS = 1 << 16;

    /** Points up to which bytes are enough. */
    private static final int BYTE_POINTS = 1 << 8;

    /** Refuses what the codec cannot do, with the value. */
    FftCode {
        if (!id.type().equals(FftCodec.TYPE)) {
            throw new IllegalArgumentException("codec '" + id.type() + "', not 'fft'");
        }
        int k = id.sourceSymbols();
        int m = id.repairSymbols();
        if (m < 0 || m > k) {
            throw new IllegalArgumentException(
                    "codec fft has 0 to k = " + k + " repair symbols, not " + m);
        }
        int base = m < 2 ? m : powerFrom(m);
        if (k > MAX_POINTS - base) {
            throw new IllegalArgumentException(
                    "codec fft has "
                            + MAX_POINTS
                            + " points, not "
                            + ((long) base + k)
                            + ": k = "
                            + k
                            + " and, m = "
                            + m
                            + " rounded up to a power of two, "
                            + base);
        }
        if (m > 1 && base + k > BYTE_POINTS && id.symbolBytes() % 2 != 0) {
            throw new IllegalArgumentException(
                    "codec fft of "
                            + (base + k)
                            + " points has symbols of an even length, not "
                            + id.symbolBytes());
        }
    }

    private static int powerFrom(int x) {
        return x == 1 ? 1 : Integer.highestOneBit(x - 1) << 1;
    }

    int sourceSymbols() {
        return id.sourceSymbols();
    }

    int repairSymbols() {
        return id.repairSymbols();
    }

    int symbols() {
        return sourceSymbols() + repairSymbols();
    }

    int symbolBytes() {
        return id.symbolBytes();
    }

    /** Whether there are transforms: one repair symbol is the sum of all source symbols. */
    boolean transforms() {
        return repairSymbols() > 1;
    }

    /** m rounded up to a power of two: the point of the first source symbol. */
    int base() {
        return powerFrom(repairSymbols());
    }

    /** log2 of {@link #base}. */
    int baseLayers() {
        return Integer.numberOfTrailingZeros(base());
    }

    /** One more than the point of the last source symbol. */
    int used() {
        return base() + sourceSymbols();
    }

    /** log2 of {@link #used} rounded up to a power of two. */
    int layers() {
        return Integer.numberOfTrailingZeros(powerFrom(used()));
    }

    CantorField field() {
        return used() <= BYTE_POINTS ? CantorField.BYTES : CantorField.WORDS;
    }
}
