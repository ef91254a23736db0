// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;

/**
 * A client's daemon in a host's network. It has a mount namespace of its own, so that what it
 * mounts ends with it.
 */
final class Daemon implements AutoCloseable {
    private final Process process;

    private Daemon(Process process) {
        this.process = process;
    }

    /**
     * Starts it and waits until {@code ask} succeeds.
     *
     * @param log what it prints
     */
    static Daemon start(Lab lab, String host, Path log, List<String> command, List<String> ask)
            throws Exception {
        List<String> words =
                Words.of(lab.inNetworkOf(host), "unshare", "--mount", "--propagation", "private");
        words.addAll(command);
        Daemon daemon =
                new Daemon(
                        new ProcessBuilder(words)
                                .redirectErrorStream(true)
                                .redirectOutput(log.toFile())
                                .start());
        try {
            Condition.await(
                    command.getFirst() + " answers",
                    Duration.ofSeconds(30),
                    () -> daemon.answers(command.getFirst(), log, ask));
            return daemon;
        } catch (Exception | AssertionError e) {
            e.addSuppressed(new IllegalStateException(Files.readString(log)));
            daemon.close();
            throw e;
        }
    }

    private boolean answers(String name, Path log, List<String> ask) throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException(name + " has ended:\n" + Files.readString(log));
        }
        return Commands.run(Duration.ofSeconds(10), Map.of(), ask).status() == 0;
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
