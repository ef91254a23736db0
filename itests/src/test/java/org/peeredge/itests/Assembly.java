// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An assembly as a user unpacks it, and its scripts run as a user would. As root they run in a
 * network namespace of their own that has a loopback and nothing else; otherwise in the machine's.
 */
final class Assembly implements AutoCloseable {
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(3);
    private final Path home;
    private final Path work;
    private final Process namespace;

    private Assembly(Path home, Path work, Process namespace) {
        this.home = home;
        this.work = work;
        this.namespace = namespace;
    }

    /**
     * Unpacks {@code peeredge-NAME} into {@code work} and makes the namespace; nothing is started.
     */
    static Assembly unpack(String name, Path work) throws IOException {
        String full = "peeredge-" + name + "-" + System.getProperty("peeredge.version");
        Path archive =
                Path.of("..", "karaf-distribution", name, "target", full + ".tar.gz")
                        .toAbsolutePath();
        assertTrue(
                Files.exists(archive),
                () -> archive + " is missing: build karaf-distribution first");
        run(work, List.of("tar", "-xzf", archive.toString(), "-C", work.toString()), Map.of());
        return new Assembly(work.resolve(full), work, namespace(work));
    }

    Path home() {
        return home;
    }

    /** True if the scripts see no network but their own loopback. */
    boolean hasNoNetwork() {
        return isRoot();
    }

    /**
     * Runs a script of {@code bin} to its end and returns what it printed; fails unless it exits
     * with 0.
     */
    String script(String script, String... args) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin").resolve(script).toString()));
        command.addAll(List.of(args));
        return inside(command);
    }

    /** Runs any command where the scripts run. */
    String inside(List<String> command) throws IOException {
        List<String> whole = new ArrayList<>();
        if (hasNoNetwork()) {
            whole.addAll(List.of("nsenter", "--net=/proc/" + namespace.pid() + "/ns/net", "--"));
        }
        whole.addAll(command);
        return run(work, whole, Map.of());
    }

    String log() throws IOException {
        return Files.readString(home.resolve("data/log/karaf.log"));
    }

    long pid() throws IOException {
        return Long.parseLong(Files.readString(home.resolve("data/karaf.pid")).strip());
    }

    /** Process ids of everything that still runs with this folder in its command line. */
    List<Long> leftovers() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(process ->
                            process.info()
                                    .commandLine()
                                    .filter(line -> line.contains(home.toString()))
                                    .isPresent())
                    .map(ProcessHandle::pid)
                    .toList();
        }
    }

    /** Ends the node if it runs, and the namespace. */
    @Override
    public void close() throws IOException {
        try {
            script("stop");
        } finally {
            namespace.destroy();
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /**
     * A process whose only work is to hold the namespace; it ends with this JVM, since its input
     * then ends.
     */
    private static Process namespace(Path work) throws IOException {
        if (!isRoot()) {
            return new ProcessBuilder("cat").start();
        }
        Process holder =
                new ProcessBuilder(
                                "unshare",
                                "-n",
                                "sh",
                                "-c",
                                "ip link set lo up && echo up && exec cat")
                        .directory(work.toFile())
                        .redirectErrorStream(true)
                        .start();
        assertEquals("up", holder.inputReader().readLine(), "no network namespace");
        return holder;
    }

    private static String run(Path folder, List<String> command, Map<String, String> environment)
            throws IOException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        boolean ended = ends(process);
        String printed = Files.readString(output);
        if (!ended) {
            process.destroyForcibly();
        }
        assertTrue(
                ended,
                () ->
                        command
                                + " still runs after "
                                + COMMAND_TIMEOUT
                                + "; it printed: "
                                + printed);
        assertEquals(0, process.exitValue(), () -> command + " printed: " + printed);
        return printed;
    }

    private static boolean ends(Process process) throws IOException {
        try {
            return process.waitFor(COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + process.info());
        }
    }
}
