// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.peeredge.kernel.api.trust.MeshSetup;

/** {@code mesh:join}. */
@Service
@Command(
        scope = "mesh",
        name = "join",
        description = "Joins a mesh with a token, from a prompt, standard input or a file")
public final class JoinCommand extends ShellCommand {
    /** A token pins a key and names addresses: some hundred characters. */
    private static final int MAX_TOKEN = 16 * 1024;

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @Option(
            name = "--file",
            valueToShowInHelp = "PATH",
            description = "A file on this node that holds the token (else it is asked for)")
    @Completion(FileCompleter.class)
    String file = "";

    @Option(name = "--json", description = "Print a JSON array instead of text")
    boolean json;

    /** Set by Karaf before it runs. */
    @Reference
    @SuppressWarnings("NullAway.Init")
    Session session;

    @Override
    void run(Services services, PrintStream out) throws Exception {
        String token = (file.isEmpty() ? TokenInput.ask(session, MAX_TOKEN) : fromFile()).strip();
        if (token.isEmpty()) {
            throw new IllegalArgumentException(
                    "no token was given: make one on the authority with mesh:token-create");
        }
        services.call(
                MeshSetup.class,
                Missing.SETUP,
                setup -> {
                    String before = setup.meshId().orElse("none");
                    Stages.await(setup.join(token).thenApply(j -> true), PATIENCE, "joining");
                    Changes.print(out, json, "mesh", before, setup.meshId().orElse("none"));
                    return true;
                });
    }

    private String fromFile() throws IOException {
        Path path =
                session.currentDir() == null ? Path.of(file) : session.currentDir().resolve(file);
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_TOKEN + 1);
            if (bytes.length > MAX_TOKEN) {
                throw new IllegalArgumentException(path + " is too large to be a token");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
