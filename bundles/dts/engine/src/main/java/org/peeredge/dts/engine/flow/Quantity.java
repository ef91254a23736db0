// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * Amounts as people write them: {@code 20M} are 20,000,000 bytes, {@code 160Mbit} as many. Powers
 * of 1000, as links are sold.
 */
final class Quantity {
    /** Of amounts and of rates: 1 PB. */
    static final long MOST = 1_000_000_000_000_000L;

    private static final String UNITS = "kmgt";
    private static final String BITS = "bit";

    private Quantity() {}

    /** A number of bytes from 1 on; empty for anything else. */
    static OptionalLong bytes(String text) {
        String rest = text.strip().toLowerCase(Locale.ROOT);
        boolean bits = rest.endsWith(BITS);
        if (bits) {
            rest = rest.substring(0, rest.length() - BITS.length());
        }
        long factor = 1;
        int unit = rest.isEmpty() ? -1 : UNITS.indexOf(rest.charAt(rest.length() - 1));
        if (unit >= 0) {
            rest = rest.substring(0, rest.length() - 1);
            for (int i = 0; i <= unit; i++) {
                factor *= 1000;
            }
        }
        if (!rest.matches("[0-9]{1,15}(\\.[0-9]{1,9})?")) {
            return OptionalLong.empty();
        }
        BigDecimal all = new BigDecimal(rest).multiply(BigDecimal.valueOf(factor));
        BigDecimal bytes = bits ? all.divide(BigDecimal.valueOf(8)) : all;
        return bytes.compareTo(BigDecimal.ONE) < 0 || bytes.compareTo(BigDecimal.valueOf(MOST)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(bytes.longValue());
    }
}
