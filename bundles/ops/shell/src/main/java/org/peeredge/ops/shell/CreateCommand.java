// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.kernel.api.trust.MeshSetup;

/** {@code mesh:create}. */
@Service
@Command(
        scope = "mesh",
        name = "create",
        description = "Makes a new mesh with this node as authority, origin and operator")
public final class CreateCommand extends ShellCommand {
    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        String mesh =
                services.call(
                        MeshSetup.class,
                        Missing.SETUP,
                        setup -> {
                            setup.create();
                            return setup.meshId().orElse("none");
                        });
        Changes.print(out, json, "mesh", "none", mesh);
    }
}
