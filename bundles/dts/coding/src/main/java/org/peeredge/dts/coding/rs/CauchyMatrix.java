// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import org.peeredge.dts.coding.Gf256;

/**
 * The factors that make one symbol of a systematic code of others.
 *
 * <p>Repair symbol {@code k + i} is the sum of {@code inv((k + i) ^ j)} times source symbol j: a
 * Cauchy matrix with x = k + i and y = j (Bloemer et al., "An XOR-Based Erasure-Resilient Coding
 * Scheme", 1995; the bytes of ISA-L's {@code gf_gen_cauchy1_matrix}). Such a code is a generalized
 * Reed-Solomon code: symbol p is {@code w(p) f(p)} of a polynomial f of degree below k, with {@code
 * w(p) = 1 / product of (p ^ j) over source symbols j other than p}. So any k symbols S give any
 * other symbol a by Lagrange's formula, and no matrix is inverted: the factor of b is {@code w(a) /
 * w(b) * product of (a ^ c) over c in S without b / product of (b ^ c) over the same c}. All of it
 * is sums of logarithms, k * k of them.
 *
 * <p>Immutable; safe for use by many threads.
 */
final class CauchyMatrix {
    private final int sourceSymbols;

    /** Logarithm of w of each symbol, 0 to 254. */
    private final int[] logWeights;

    /** All repair symbols of the source symbols, row-major. */
    private final byte[] repairs;

    CauchyMatrix(int sourceSymbols, int repairSymbols) {
        this.sourceSymbols = sourceSymbols;
        logWeights = new int[sourceSymbols + repairSymbols];
        for (int p = 0; p < logWeights.length; p++) {
            int log = 0;
            for (int j = 0; j < sourceSymbols; j++) {
                log += j == p ? 0 : Gf256.log(p ^ j);
            }
            logWeights[p] = Math.floorMod(-log, 255);
        }
        repairs = new byte[repairSymbols * sourceSymbols];
        for (int i = 0; i < repairSymbols; i++) {
            for (int j = 0; j < sourceSymbols; j++) {
                repairs[i * sourceSymbols + j] = (byte) Gf256.inv((sourceSymbols + i) ^ j);
            }
        }
    }

    /** Factors of all repair symbols over the source symbols, row-major; not to be changed. */
    byte[] repairs() {
        return repairs;
    }

    /**
     * Factors that make symbols of k others.
     *
     * @param wanted symbols to make, the first {@code count}
     * @param from k other symbols
     * @param logs room for k numbers
     * @param factors where {@code count} rows of k factors go
     */
    void factors(int[] wanted, int count, int[] from, int[] logs, byte[] factors) {
        for (int i = 0; i < sourceSymbols; i++) {
            int b = from[i];
            int log = logWeights[b];
            for (int j = 0; j < sourceSymbols; j++) {
                log += i == j ? 0 : Gf256.log(b ^ from[j]);
            }
            logs[i] = log % 255;
        }
        for (int row = 0; row < count; row++) {
            int a = wanted[row];
            int log = logWeights[a];
            for (int j = 0; j < sourceSymbols; j++) {
                log += Gf256.log(a ^ from[j]);
            }
            log %= 255;
            for (int i = 0; i < sourceSymbols; i++) {
                int factor = log + 2 * 255 - Gf256.log(a ^ from[i]) - logs[i];
                factors[row * sourceSymbols + i] = (byte) Gf256.exp(factor % 255);
            }
        }
    }
}
