// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CantorFieldTest {
    private static final List<CantorField> FIELDS = List.of(CantorField.BYTES, CantorField.WORDS);

    @Test
    void subspacePolynomialsAreShifts() {
        for (CantorField field : FIELDS) {
            for (int x = 0; x <= field.modulus(); x++) {
                assertEquals(x >> 1, field.mul(x, x) ^ x);
            }
        }
    }

    @Test
    void bytesAreASubfieldOfWords() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                assertTrue(CantorField.WORDS.mul(a, b) < 256);
            }
        }
    }

    @Test
    void productsOfPairsAreProductsOfWords() {
        CantorField field = CantorField.WORDS;
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            int x = random.nextInt(1 << 16);
            int c = random.nextInt(1 << 16);
            int h = Tower.high(x);
            int l = Tower.low(x);
            int lc0 = field.mul(l, Tower.low(c));
            int high = field.mul(h ^ l, Tower.low(c) ^ Tower.high(c)) ^ lc0;
            int low = lc0 ^ field.mul(h, Tower.highTimesB7(c));
            int product = field.mul(x, c);
            assertEquals(Tower.high(product), high);
            assertEquals(Tower.low(product), low);
        }
    }

    @Test
    void theLocatorIsTheProductOverErasedPoints() {
        for (CantorField field : FIELDS) {
            for (int layers = 2; layers <= Math.min(12, field.bits()); layers++) {
                Random random = new Random(layers);
                int n = 1 << layers;
                int[] points = random.ints(n, 0, 2).toArray();
                int[] logs = points.clone();
                new Locator(field, layers).locate(logs);
                for (int x = 0; x < n; x += Math.max(1, n / 64)) {
                    int product = 1;
                    for (int e = 0; e < n; e++) {
                        product = points[e] == 1 && e != x ? field.mul(product, e ^ x) : product;
                    }
                    assertEquals(product, field.exp(logs[x]), "at " + x + " of " + n);
                }
            }
        }
    }

    @Test
    void theLocatorDoesAllPoints() {
        CantorField field = CantorField.WORDS;
        int[] logs = new int[1 << 16];
        logs[5] = 1;
        logs[40_000] = 1;
        new Locator(field, 16).locate(logs);
        for (int x = 0; x < logs.length; x += 111) {
            assertEquals(field.mul(x ^ 5, x ^ 40_000), field.exp(logs[x]));
        }
    }
}
