// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Ran;

/**
 * A quick start that stays up until {@link #ctrlC}: in a process group of its own, as a terminal
 * gives it, where Ctrl-C is not ignored.
 */
final class QuickstartRun implements AutoCloseable {
    private final Path said;
    private final Process process;

    /**
     * Starts one.
     *
     * @param folder where it writes; what it says goes beside it
     */
    QuickstartRun(Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        said = folder.resolveSibling(folder.getFileName() + "-said.txt");
        ProcessBuilder builder =
                new ProcessBuilder(
                                Words.of(
                                        List.of("env", "--default-signal=INT", "setsid"),
                                        command.toArray(String[]::new)))
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().put("TMPDIR", folder.toString());
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** Waits until it has said {@code text}; gives all that it has said. */
    String await(String text) throws Exception {
        Condition.await(
                text,
                Duration.ofMinutes(5),
                () -> {
                    assertTrue(process.isAlive(), this::said);
                    return said().contains(text);
                });
        return said();
    }

    /** What it has said so far. */
    String said() {
        try {
            return Files.readString(said);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The command that it has printed and that begins with {@code program}. */
    String command(String program) {
        Matcher line =
                Pattern.compile("(?m)^  (" + Pattern.quote(program) + " .+)$").matcher(said());
        assertTrue(line.find(), () -> "no " + program + " in: " + said());
        return line.group(1);
    }

    /** Runs a command as somebody would who pastes it into a shell. */
    static String paste(Map<String, String> environment, String command) {
        Ran ran =
                Commands.run(Duration.ofMinutes(2), environment, List.of("sh", "-c", command)).ok();
        return ran.output();
    }

    /** Ends it, as the user does. */
    void ctrlC() throws InterruptedException {
        Commands.must("kill", "-INT", "--", "-" + process.pid());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), this::said);
        assertEquals(130, process.exitValue(), this::said);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
        Files.delete(said);
    }
}
