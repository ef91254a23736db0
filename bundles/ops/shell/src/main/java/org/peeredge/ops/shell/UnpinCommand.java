// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.Replicas;

/** {@code dts:unpin}. */
@Service
@Command(
        scope = "dts",
        name = "unpin",
        description = "Ends a pin, or the copies of an owner that is gone for good")
public final class UnpinCommand extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Argument(
            name = "image",
            required = true,
            description = "registry/repository:tag, or the digest of a manifest")
    @Completion(ReplicaCompleter.class)
    String image = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        Replicas.Change change =
                services.call(
                        Replicas.class,
                        Missing.REPLICAS,
                        replicas -> Stages.await(replicas.unpin(image), PATIENCE, "the change"));
        Changes.print(out, json, "copies", change.before(), change.after());
    }
}
