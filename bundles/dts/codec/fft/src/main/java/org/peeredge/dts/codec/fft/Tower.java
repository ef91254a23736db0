// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/**
 * GF(2^16) as pairs of bytes: a word is {@code b8 * high + low}, where {@code high} and {@code low}
 * are in the subfield GF(2^8) of the ints below 256. Then
 *
 * <pre>
 * (b8 h + l) c             = b8 (h c) + l c                                  for c below 256
 * (b8 h + l) (b8 c1 + c0)  = b8 ((h + l)(c0 + c1) + l c0) + l c0 + h (b7 c1)
 * </pre>
 *
 * since b8^2 = b8 + b7. The tables of all products are thus those of 256 bytes, not of 65,536
 * words, and stay in the nearest cache.
 *
 * <p>In coordinates b8 * high is {@code high << 8} plus something below 256, so that only the low
 * byte of a pair differs from that of the word, by {@link #fold}.
 */
final class Tower {
    private static final int B7 = 1 << 7;
    private static final int B8 = 1 << 8;

    private static final byte[] FOLD = new byte[256];
    private static final byte[] TIMES_B7 = new byte[256];

    static {
        for (int i = 0; i < 256; i++) {
            FOLD[i] = (byte) CantorField.WORDS.mul(B8, i);
            TIMES_B7[i] = (byte) CantorField.WORDS.mul(B7, i);
        }
    }

    private Tower() {}

    /** What the low byte of a word and that of its pair differ by; linear. */
    static int fold(int high) {
        return FOLD[high] & 0xff;
    }

    /** c1 of a factor. */
    static int high(int word) {
        return word >>> 8;
    }

    /** c0 of a factor. */
    static int low(int word) {
        return (word ^ FOLD[word >>> 8]) & 0xff;
    }

    /** b7 c1 of a factor. */
    static int highTimesB7(int word) {
        return TIMES_B7[word >>> 8] & 0xff;
    }
}
