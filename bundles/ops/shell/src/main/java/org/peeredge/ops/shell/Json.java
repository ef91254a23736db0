// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Values as JSON (RFC 8259): what rows hold, and no more. */
final class Json {
    private Json() {}

    static String of(Object value) {
        return switch (value) {
            case Boolean b -> b.toString();
            case Integer i -> i.toString();
            case Long l -> l.toString();
            case Collection<?> many ->
                    many.stream().map(Json::of).collect(Collectors.joining(",", "[", "]"));
            default -> quoted(value.toString());
        };
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
