// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.PrintStream;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.peeredge.dts.api.codec.Codecs;

/** {@code dts:codec-use}. */
@Service
@Command(
        scope = "dts",
        name = "codec-use",
        description =
                "Chooses the codec that this node asks others for: auto, none or a type; pulls go on")
public final class CodecUseCommand extends ShellCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Argument(
            name = "type",
            required = true,
            description = "auto, none, or a type, as codec-list shows it")
    @Completion(CodecChoiceCompleter.class)
    String type = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        Codecs.Change change =
                services.call(
                        Codecs.class,
                        Missing.TRANSFERS,
                        codecs -> Stages.await(codecs.use(type), PATIENCE, "the change"));
        Changes.print(out, json, "codec", change.before(), change.after());
    }
}
