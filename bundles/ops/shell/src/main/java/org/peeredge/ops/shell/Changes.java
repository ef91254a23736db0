// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;

/** What a changing command prints: what was and what is. */
final class Changes {
    private Changes() {}

    static void print(PrintStream out, boolean json, String what, Object before, Object after) {
        if (json) {
            new Rows("what", "before", "after").add(what, before, after).print(out, true);
        } else {
            out.println(what + ": " + before + " -> " + after);
        }
    }
}
