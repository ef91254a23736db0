// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.Ran;

/**
 * dockerd with its client. It takes mirrors for Docker Hub only, so it names images without a
 * registry. It gives up at the first error of a layer, where it would try five times.
 */
final class Docker implements Client {
    private final Lab lab;
    private final String host;
    private final Path folder;
    private final Daemon daemon;

    /** Docker Hub itself cannot be reached from a lab. */
    Docker(Lab lab, String host, Path folder) throws Exception {
        this(lab, host, folder, List.of());
    }

    /** One for which {@code hub} is Docker Hub. */
    Docker(Lab lab, String host, Path folder, DockerHub hub) throws Exception {
        this(lab, host, folder, hub.launcher());
    }

    private Docker(Lab lab, String host, Path folder, List<String> launcher) throws Exception {
        this.lab = lab;
        this.host = host;
        this.folder = Files.createDirectories(folder);
        Path config = folder.resolve("daemon.json");
        Files.writeString(
                config,
                """
                {"data-root": "%1$s/data", "exec-root": "%1$s/exec", "pidfile": "%1$s/pid",
                 "hosts": ["unix://%1$s/sock"], "storage-driver": "vfs", "iptables": false,
                 "ip-forward": false, "bridge": "none", "exec-opts": ["native.cgroupdriver=cgroupfs"],
                 "max-download-attempts": 1, "registry-mirrors": ["http://%2$s"]}
                """
                        .formatted(folder, NODE));
        daemon =
                Daemon.start(
                        lab,
                        host,
                        folder.resolve("log"),
                        Words.of(
                                withoutNames(launcher),
                                "dockerd",
                                "--config-file",
                                config.toString()),
                        List.of("docker", "--host", socket(), "version"));
    }

    /**
     * It looks up Docker Hub's address before each pull, mirror or not. A lab has no name server:
     * here that is said at once, not after ten seconds. The daemon's mounts are its own.
     */
    private List<String> withoutNames(List<String> launcher) throws IOException {
        Path servers = folder.resolve("resolv.conf");
        Files.writeString(servers, "nameserver 127.0.0.1\noptions attempts:1\n");
        String command =
                "[ ! -e /etc/resolv.conf ] || mount --bind %s /etc/resolv.conf; exec \"$@\""
                        .formatted(servers);
        List<String> words = Words.of(List.of(), "sh", "-c", command, "sh");
        words.addAll(launcher);
        return words;
    }

    @Override
    public Ran pull(LabImage image) {
        return pullByName(image.repository());
    }

    @Override
    public Ran pullThroughMirror(LabImage image) {
        return pullThroughMirror(image.repository() + ":1");
    }

    /** Pulls an image of Docker Hub by any name and tag. */
    Ran pullThroughMirror(String name) {
        return docker("pull", name);
    }

    /** {@code docker login} at the node beside it, the password from a file. */
    Ran login(Path password) {
        String docker = "docker --host " + socket() + " login --username peeredge";
        List<String> words = Words.of(lab.inNetworkOf(host), "sh", "-c");
        words.add(docker + " --password-stdin " + NODE + " < " + password);
        return run(words);
    }

    /** Has credentials for Docker Hub from now on, which dockerd shows to mirrors too. */
    void loggedInAtDockerHub() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"auths": {"https://index.docker.io/v1/": {"auth": "c29tZWJvZHk6c2VjcmV0"}}}
                """);
    }

    /** Has no credentials any more, for anything. */
    void forgetLogins() throws IOException {
        Files.deleteIfExists(folder.resolve("config.json"));
    }

    /** {@code docker pull} from the node beside it, by its own name. */
    Ran pullByName(String repository) {
        return docker("pull", NODE + "/" + repository + ":1");
    }

    /** {@code docker push} of an image that it has pulled, to the node beside it. */
    Ran push(LabImage image, String repository) {
        String name = NODE + "/" + repository + ":1";
        docker("tag", image.repository() + ":1", name).ok();
        return docker("push", name);
    }

    /** The digest of an image's configuration. */
    String id(String name) {
        return docker("image", "inspect", "--format", "{{.Id}}", name).ok().output().strip();
    }

    @Override
    public void verify(LabImage image) throws IOException {
        verify(image.config(), image.config(), image.index());
    }

    /** Fails unless {@code name} has this configuration, and is known by this manifest's digest. */
    void verify(String name, String config, String manifest) {
        assertEquals(config, id(name));
        String digests =
                docker("image", "inspect", "--format", "{{.RepoDigests}}", name).ok().output();
        assertTrue(digests.contains(manifest), digests);
    }

    private String socket() {
        return "unix://" + folder.resolve("sock");
    }

    private Ran docker(String... words) {
        List<String> all = Words.of(lab.inNetworkOf(host), "docker", "--host", socket());
        all.addAll(List.of(words));
        return run(all);
    }

    private Ran run(List<String> words) {
        return Commands.run(PULL, Map.of("DOCKER_CONFIG", folder.toString()), words);
    }

    @Override
    public void close() {
        daemon.close();
    }
}
