// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.karaf.shell.api.action.Option;
import org.peeredge.dts.api.Replicas;

/** A command that changes how many copies of an image others keep; prints before and after. */
abstract class PinChange extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    /** Begins the change. */
    abstract CompletionStage<Replicas.Change> change(Replicas replicas);

    @Override
    final void run(Services services, PrintStream out) throws Exception {
        Replicas.Change change =
                services.call(
                        Replicas.class,
                        Missing.REPLICAS,
                        replicas -> Stages.await(change(replicas), PATIENCE, "the change"));
        Changes.print(out, json, "copies", change.before(), change.after());
    }
}
