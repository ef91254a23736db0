// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;

/**
 * Docker Hub in a lab, where dockerd goes when its mirrors fail: Debian's docker-registry over the
 * folder of the plain one, at {@code h0}, with TLS under Docker Hub's name. Unlike Docker Hub it
 * wants no tokens.
 */
final class DockerHub implements AutoCloseable {
    private static final String NAME = "registry-1.docker.io";

    private final Path folder;
    private final LabCertificate certificate;
    private final Process registry;

    /** Starts it and waits until it answers. */
    DockerHub(Rig rig, Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        certificate = LabCertificate.make(folder, "DNS:" + NAME);
        String address = Lab.address(0);
        Files.writeString(
                folder.resolve("hosts"), "127.0.0.1 localhost\n" + address + " " + NAME + "\n");
        Path config = folder.resolve("registry.yml");
        Files.writeString(
                config,
                """
                version: 0.1
                log: {level: error, accesslog: {disabled: true}}
                storage: {filesystem: {rootdirectory: %s}}
                http:
                  addr: "%s:443"
                  %s
                """
                        .formatted(rig.storage(), address, certificate.forDockerRegistry()));
        List<String> launcher = rig.lab().inNetworkOf("h0");
        registry =
                new ProcessBuilder(
                                Words.of(launcher, "docker-registry", "serve", config.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("registry.log").toFile())
                        .start();
        List<String> ask = Words.of(launcher, "curl", "-fsS", "-o", "/dev/null", "--retry", "50");
        ask.addAll(List.of("--retry-delay", "0", "--retry-all-errors", "--retry-max-time", "20"));
        ask.addAll(List.of("--cacert", certificate.authority().toString()));
        ask.addAll(List.of("--resolve", NAME + ":443:" + address, "https://" + NAME + "/v2/"));
        Commands.run(Duration.ofSeconds(30), Map.of(), ask).ok();
    }

    /**
     * Words that start a program for which this is Docker Hub. They change the mounts that they are
     * run with.
     */
    List<String> launcher() {
        String command =
                "mount --bind %s /etc/hosts && SSL_CERT_FILE=%s exec \"$@\""
                        .formatted(folder.resolve("hosts"), certificate.authority());
        return List.of("sh", "-c", command, "sh");
    }

    @Override
    public void close() {
        registry.destroy();
        try {
            registry.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
