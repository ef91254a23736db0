// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.peeredge.kernel.api.NeverException;

/**
 * Text of lines of words, the first one with name and version. What comes from outside is bounded
 * by what the mesh takes; a line that is not understood is for the reader to refuse or to skip.
 */
final class Lines {
    static final String FIRST = "peeredge dts.replicas 1";

    private static final int MAX_LINES = 20_000;

    private final StringBuilder text = new StringBuilder(FIRST).append('\n');

    Lines add(Object... words) {
        for (int i = 0; i < words.length; i++) {
            text.append(i == 0 ? "" : " ").append(words[i]);
        }
        text.append('\n');
        return this;
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The lines after the first, as words; throws {@code NeverException} for another text. */
    static List<String[]> read(byte[] payload) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
        } catch (CharacterCodingException e) {
            throw new NeverException("the payload is not UTF-8", e);
        }
        List<String> lines = text.lines().limit(MAX_LINES + 1L).toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST)) {
            throw new NeverException("not '" + FIRST + "': both nodes need the same release");
        }
        if (lines.size() > MAX_LINES) {
            throw new NeverException("more than " + MAX_LINES + " lines");
        }
        return lines.stream().skip(1).map(line -> line.split(" ", -1)).toList();
    }
}
