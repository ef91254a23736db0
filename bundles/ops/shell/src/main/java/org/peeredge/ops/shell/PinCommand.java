// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Replicas;

/** {@code dts:pin}. */
@Service
@Command(
        scope = "dts",
        name = "pin",
        description = "Keeps an image of this node here and on other members, whatever happens")
public final class PinCommand extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Argument(
            name = "image",
            required = true,
            description = "registry/repository:tag, or the digest of a manifest")
    String image = "";

    @Option(name = "--copies", description = "Copies on other members, 0 to 16")
    int copies = 1;

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        Replicas.Change change =
                services.call(
                        Replicas.class,
                        Missing.REPLICAS,
                        replicas -> Stages.await(replicas.pin(image, copies), PATIENCE, "the pin"));
        Changes.print(out, json, "copies", change.before(), change.after());
    }
}
