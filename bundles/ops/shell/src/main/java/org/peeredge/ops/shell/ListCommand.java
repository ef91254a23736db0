// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Option;

/** A command that shows rows, as a table or as JSON. */
abstract class ListCommand extends ShellCommand {
    @Option(name = "--json", description = "Print a JSON array instead of a table")
    boolean json;

    /** The rows now. */
    abstract Rows rows(Services services) throws Exception;

    @Override
    final void run(Services services, PrintStream out) throws Exception {
        rows(services).print(out, json);
    }
}
