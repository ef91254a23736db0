// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/**
 * What every command is: it prints, and returns nothing, because what a command returns is not
 * shown when it is run by {@code ssh host command}. An exception's message is what the operator
 * sees.
 */
abstract class ShellCommand implements Action {
    /** Set by Karaf before {@link #execute}. */
    @Reference
    @SuppressWarnings("NullAway.Init")
    BundleContext context;

    /** Does it and prints. */
    abstract void run(Services services, PrintStream out) throws Exception;

    @Override
    public final @Nullable Object execute() throws Exception {
        PrintStream out = System.out;
        run(new Services(context), out);
        out.flush();
        return null;
    }
}
