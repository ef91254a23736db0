// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.karaf.shell.api.console.Session;

/** Reads a token that must not be in a command line, where histories and process lists show it. */
final class TokenInput {
    private TokenInput() {}

    /** Asks at the terminal without echo; without a terminal, one line of standard input. */
    static String ask(Session session, int max) throws IOException {
        if (session.getTerminal() == null) {
            return line(session.getKeyboard(), max);
        }
        try {
            String line = session.readLine("Token: ", '*');
            return line == null ? "" : line;
        } catch (UnsupportedOperationException e) {
            // A session of "ssh host command" may have a terminal's type but no line editor.
            return line(session.getKeyboard(), max);
        }
    }

    private static String line(InputStream in, int max) throws IOException {
        byte[] bytes = new byte[max];
        int length = 0;
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (length == max) {
                throw new IllegalArgumentException("the line is too long to be a token");
            }
            bytes[length++] = (byte) b;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
