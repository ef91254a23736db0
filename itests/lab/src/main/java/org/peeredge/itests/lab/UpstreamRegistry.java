// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Debian's {@code docker-registry}, over a folder, in a host of a lab or on this machine's
 * loopback.
 */
public final class UpstreamRegistry implements AutoCloseable {
    private final Process process;
    private final int port;

    private UpstreamRegistry(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param launcher words that lead into a namespace, or none
     * @param storage its folder
     */
    public static UpstreamRegistry start(List<String> launcher, String host, int port, Path storage)
            throws IOException {
        Files.createDirectories(storage);
        Path config = storage.resolveSibling(storage.getFileName() + "-" + port + ".yml");
        Files.writeString(
                config,
                """
                version: 0.1
                log: {level: error, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
                http: {addr: "%s:%d"}
                """
                        .formatted(storage, host, port));
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of("docker-registry", "serve", config.toString()));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                storage.resolveSibling(storage.getFileName() + ".log").toFile())
                        .start();
        List<String> ask = new ArrayList<>(launcher);
        ask.addAll(
                List.of(
                        "curl",
                        "-fsS",
                        "-o",
                        "/dev/null",
                        "--retry",
                        "50",
                        "--retry-delay",
                        "0",
                        "--retry-all-errors",
                        "--retry-max-time",
                        "20",
                        "http://" + (host.isEmpty() ? "127.0.0.1" : host) + ":" + port + "/v2/"));
        UpstreamRegistry registry = new UpstreamRegistry(process, port);
        Ran ran = Commands.run(Duration.ofSeconds(30), Map.of(), ask);
        if (ran.status() != 0) {
            registry.close();
            throw new IOException("docker-registry does not answer: " + ran.output());
        }
        return registry;
    }

    /** Its port. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
