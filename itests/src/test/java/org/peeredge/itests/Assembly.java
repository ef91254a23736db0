// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Ran;

/**
 * An assembly as a user unpacks it, and its scripts run as a user would. As root they run in a
 * network namespace of their own that has a loopback and nothing else; otherwise in the machine's.
 */
final class Assembly implements AutoCloseable {
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(3);
    private final Path home;
    private final Process namespace;

    private Assembly(Path home, Process namespace) {
        this.home = home;
        this.namespace = namespace;
    }

    /**
     * Unpacks {@code peeredge-NAME} into {@code work} and makes the namespace; nothing is started.
     */
    static Assembly unpack(String name, Path work) throws IOException {
        return new Assembly(Distribution.unpack(name, work), namespace(work));
    }

    Path home() {
        return home;
    }

    /**
     * Lets the node make a mesh at its first start, as the README says: in none it does nothing.
     */
    void makesMesh() throws IOException {
        Files.writeString(
                home.resolve("etc/org.peeredge.kernel.node.cfg"),
                "mesh.create = true\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** True if the scripts see no network but their own loopback. */
    boolean hasNoNetwork() {
        return isRoot();
    }

    /**
     * Runs a script of {@code bin} to its end and returns what it printed; fails unless it exits
     * with 0.
     */
    String script(String script, String... args) {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin").resolve(script).toString()));
        command.addAll(List.of(args));
        return inside(command);
    }

    /** Runs any command where the scripts run; it must exit with 0. */
    String inside(List<String> command) {
        Ran ran = tried(command);
        assertEquals(0, ran.status(), () -> command + " printed: " + ran.output());
        return ran.output();
    }

    /** Runs any command where the scripts run, and tells how it ended. */
    Ran tried(List<String> command) {
        List<String> whole = new ArrayList<>();
        if (hasNoNetwork()) {
            whole.addAll(List.of("nsenter", "--net=/proc/" + namespace.pid() + "/ns/net", "--"));
        }
        whole.addAll(command);
        return Commands.run(COMMAND_TIMEOUT, Map.of(), whole);
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
    public void close() {
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
}
