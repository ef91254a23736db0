// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A request target, taken apart (RFC 9112 section 3.2).
 *
 * @param path percent-decoded once
 * @param query names and first values, decoded
 */
record Target(String path, Map<String, String> query) {
    private static final int MAX_PARAMETERS = 64;

    /** Reads origin-form, absolute-form and {@code *}; throws {@link BadTarget} for all else. */
    static Target parse(String text) throws BadTarget {
        if (text.equals("*")) {
            return new Target("*", Map.of());
        }
        String rest = text;
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://") || lower.startsWith("https://")) {
            int slash = text.indexOf('/', text.indexOf("://") + 3);
            rest = slash < 0 ? "/" : text.substring(slash);
        }
        if (!rest.startsWith("/") || rest.indexOf('#') >= 0) {
            throw new BadTarget("the request target is not a path");
        }
        int mark = rest.indexOf('?');
        String path = decode(mark < 0 ? rest : rest.substring(0, mark), false);
        return new Target(path, mark < 0 ? Map.of() : parameters(rest.substring(mark + 1)));
    }

    private static Map<String, String> parameters(String text) throws BadTarget {
        Map<String, String> found = new HashMap<>();
        int start = 0;
        int count = 0;
        while (start <= text.length()) {
            int end = text.indexOf('&', start);
            end = end < 0 ? text.length() : end;
            if (end > start) {
                if (++count > MAX_PARAMETERS) {
                    throw new BadTarget("more than " + MAX_PARAMETERS + " query parameters");
                }
                String pair = text.substring(start, end);
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
                found.putIfAbsent(name, equals < 0 ? "" : decode(pair.substring(equals + 1), true));
            }
            start = end + 1;
        }
        return found;
    }

    private static String decode(String text, boolean form) throws BadTarget {
        if (text.indexOf('%') < 0 && (!form || text.indexOf('+') < 0) && ascii(text)) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = text.length() - i > 2 ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = text.length() - i > 2 ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0 || (high == 0 && low == 0)) {
                    throw new BadTarget("a bad escape in the request target");
                }
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else if (c <= ' ' || c > '~') {
                throw new BadTarget("a character that a request target cannot hold");
            } else {
                bytes.put((byte) (form && c == '+' ? ' ' : c));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new BadTarget("the request target's escapes are not UTF-8");
        }
    }

    private static boolean ascii(String text) {
        return text.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    /** What is wrong with a target. */
    static final class BadTarget extends Exception {
        private static final long serialVersionUID = 1L;

        BadTarget(String message) {
            super(message);
        }
    }
}
