// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

/**
 * What follows from the number of source symbols (RFC 6330 sections 5.3.3.3 and 5.6).
 *
 * @param kPrime K', source symbols with those of padding; the smallest of table 2 that is enough
 * @param j the systematic index J(K')
 * @param s LDPC symbols
 * @param h HDPC symbols
 * @param w LT symbols
 */
record Parameters(int kPrime, int j, int s, int h, int w) {
    /** K'_max. */
    static final int MAX_SOURCE_SYMBOLS = 56403;

    private static final int ROWS = 477;
    private static final int[] TABLE = Tables.read("table2.txt", 5 * ROWS);

    /**
     * The parameters for k source symbols.
     *
     * @throws IllegalArgumentException for more than {@link #MAX_SOURCE_SYMBOLS}
     */
    static Parameters of(int k) {
        if (k < 1 || k > MAX_SOURCE_SYMBOLS) {
            throw new IllegalArgumentException(
                    k + " source symbols, not 1 to " + MAX_SOURCE_SYMBOLS);
        }
        int low = 0;
        int high = ROWS - 1;
        while (low < high) {
            int middle = (low + high) / 2;
            if (TABLE[5 * middle] < k) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return row(low);
    }

    /** The largest K' of table 2 that is at most {@code limit}; 0 when there is none. */
    static int largestKPrime(long limit) {
        int best = 0;
        for (int i = 0; i < ROWS && TABLE[5 * i] <= limit; i++) {
            best = TABLE[5 * i];
        }
        return best;
    }

    private static Parameters row(int i) {
        int at = 5 * i;
        return new Parameters(
                TABLE[at], TABLE[at + 1], TABLE[at + 2], TABLE[at + 3], TABLE[at + 4]);
    }

    /** L, intermediate symbols. */
    int l() {
        return kPrime + s + h;
    }

    /** P, intermediate symbols that are inactive from the start. */
    int p() {
        return l() - w;
    }

    /** B, LT symbols that are not LDPC symbols. */
    int b() {
        return w - s;
    }

    /** P1, the smallest prime that is at least P. */
    int p1() {
        int prime = p();
        while (!isPrime(prime)) {
            prime++;
        }
        return prime;
    }

    private static boolean isPrime(int n) {
        for (int d = 2; d * d <= n; d++) {
            if (n % d == 0) {
                return false;
            }
        }
        return n > 1;
    }
}
