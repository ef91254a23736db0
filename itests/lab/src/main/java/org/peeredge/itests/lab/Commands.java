// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of the machine. */
public final class Commands {
    private Commands() {}

    /** Runs a command to its end, or kills it when {@code timeout} is over. */
    public static Ran run(Duration timeout, Map<String, String> environment, List<String> command) {
        long start = System.nanoTime();
        try {
            Path output = Files.createTempFile("ran", ".txt");
            try {
                ProcessBuilder builder = new ProcessBuilder(command);
                builder.environment().putAll(environment);
                Process process =
                        builder.redirectErrorStream(true)
                                .redirectInput(
                                        ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                                .redirectOutput(output.toFile())
                                .start();
                boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
                if (!ended) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                }
                return new Ran(
                        ended ? process.exitValue() : 124,
                        Files.readString(output, StandardCharsets.UTF_8),
                        (System.nanoTime() - start) / 1e9);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command + " ran", e);
        }
    }

    /** Runs a short command that must succeed. */
    public static String must(String... command) {
        return run(Duration.ofMinutes(1), Map.of(), List.of(command)).ok().output();
    }

    /** Whether the machine has a program. */
    public static boolean has(String program) {
        return run(Duration.ofSeconds(5), Map.of(), List.of("sh", "-c", "command -v " + program))
                        .status()
                == 0;
    }
}
