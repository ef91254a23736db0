// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.blob;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of a blob that a request wants (RFC 9110 section 14). Several ranges in one request, and
 * ranges that we cannot read, are answered with the whole, as section 14.2 allows.
 *
 * @param kind what to answer
 * @param first first byte, for {@link Kind#PART}
 * @param last last byte, inclusive
 */
record Range(Kind kind, long first, long last) {
    enum Kind {
        /** 200 with everything. */
        WHOLE,
        /** 206. */
        PART,
        /** 416. */
        UNSATISFIABLE
    }

    private static final Pattern FORM =
            Pattern.compile("bytes\\s*=\\s*([0-9]{0,18})\\s*-\\s*([0-9]{0,18})\\s*");

    static Range of(List<String> headers, long sizeBytes) {
        Range whole = new Range(Kind.WHOLE, 0, sizeBytes - 1);
        if (headers.size() != 1) {
            return whole;
        }
        Matcher form = FORM.matcher(headers.getFirst());
        if (!form.matches()) {
            return whole;
        }
        String from = form.group(1);
        String to = form.group(2);
        if (from.isEmpty()) {
            return to.isEmpty() ? whole : suffix(Long.parseLong(to), sizeBytes);
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : Long.parseLong(to);
        if (last < first) {
            return whole;
        }
        return first >= sizeBytes
                ? new Range(Kind.UNSATISFIABLE, 0, 0)
                : new Range(Kind.PART, first, Math.min(last, sizeBytes - 1));
    }

    private static Range suffix(long count, long sizeBytes) {
        if (count == 0 || sizeBytes == 0) {
            return new Range(Kind.UNSATISFIABLE, 0, 0);
        }
        return new Range(Kind.PART, Math.max(0, sizeBytes - count), sizeBytes - 1);
    }

    long length() {
        return last - first + 1;
    }
}
