// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code WWW-Authenticate} header asks for (RFC 9110 section 11.6.1; RFC 6750 section 3).
 *
 * @param bearer whether a token is wanted; otherwise user and password
 * @param parameters in lower-case names: {@code realm}, {@code service}, {@code scope}
 */
record Challenge(boolean bearer, Map<String, String> parameters) {
    private static final int MAX_HEADER = 4096;
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z_]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]+))");

    /** The challenge that we can meet: Bearer before Basic. */
    static Optional<Challenge> of(List<String> headers) {
        Optional<Challenge> basic = Optional.empty();
        for (String header : headers) {
            if (header.length() > MAX_HEADER) {
                continue;
            }
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("bearer ")) {
                return Optional.of(new Challenge(true, parameters(header.substring(7))));
            }
            if (lower.startsWith("basic")) {
                basic = Optional.of(new Challenge(false, Map.of()));
            }
        }
        return basic;
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> found = new HashMap<>();
        Matcher matcher = PARAMETER.matcher(text);
        while (matcher.find()) {
            String quoted = matcher.group(2);
            String value = quoted != null ? quoted.replaceAll("\\\\(.)", "$1") : matcher.group(3);
            found.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return Map.copyOf(found);
    }
}
