// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.Ran;

/** podman. The storage driver is the one that mounts nothing. */
final class Podman implements Client {
    private final Lab lab;
    private final String host;
    private final Path folder;

    Podman(Lab lab, String host, Path folder) throws IOException {
        this.lab = lab;
        this.host = host;
        this.folder = Files.createDirectories(folder);
        Files.writeString(folder.resolve("registries.conf"), mirror());
        Files.writeString(folder.resolve("auth.json"), "{}");
    }

    /** {@code registries.conf}: the upstream, with the node as its mirror. */
    static String mirror() {
        return """
        [[registry]]
        prefix = "%s"
        location = "%s:5000"
        insecure = true
        [[registry.mirror]]
        location = "%s"
        insecure = true
        """
                .formatted(LabMesh.UPSTREAM, Lab.address(0), NODE);
    }

    @Override
    public Ran pull(LabImage image) {
        return podman("pull", "--tls-verify=false", NODE + "/" + image.repository() + ":1");
    }

    @Override
    public Ran pullThroughMirror(LabImage image) {
        return podman("pull", LabMesh.UPSTREAM + "/" + image.repository() + ":1");
    }

    @Override
    public void verify(LabImage image) throws IOException {
        String config = image.config().substring("sha256:".length());
        assertEquals(
                config,
                podman("image", "inspect", "--format", "{{.Id}}", config).ok().output().strip());
        String digests =
                podman("image", "inspect", "--format", "{{.RepoDigests}}", config).ok().output();
        assertTrue(digests.contains(image.index()), digests);
    }

    /** {@code podman login} at the node beside it, the password from a file. */
    Ran login(Path password) {
        List<String> words = podman();
        words.addAll(List.of("login", "--tls-verify=false", "--username", "peeredge"));
        words.addAll(List.of("--password-stdin", NODE));
        List<String> shell = Words.of(lab.inNetworkOf(host), "sh", "-c");
        shell.add(String.join(" ", words) + " < " + password);
        return run(shell);
    }

    /** {@code podman push} of an image that it has pulled, to the node beside it. */
    Ran push(LabImage image, String repository) throws IOException {
        String config = image.config().substring("sha256:".length());
        return podman("push", "--tls-verify=false", config, NODE + "/" + repository + ":1");
    }

    private Ran podman(String... words) {
        List<String> all = new ArrayList<>(lab.inNetworkOf(host));
        all.addAll(podman());
        all.addAll(List.of(words));
        return run(all);
    }

    private List<String> podman() {
        List<String> all = new ArrayList<>();
        all.addAll(List.of("podman", "--root", folder.resolve("root").toString()));
        all.addAll(List.of("--runroot", folder.resolve("run").toString()));
        all.addAll(List.of("--tmpdir", folder.resolve("tmp").toString()));
        all.addAll(List.of("--storage-driver", "vfs", "--events-backend", "none"));
        all.addAll(List.of("--cgroup-manager", "cgroupfs"));
        return all;
    }

    private Ran run(List<String> words) {
        return Commands.run(
                PULL,
                Map.of(
                        "CONTAINERS_REGISTRIES_CONF",
                        folder.resolve("registries.conf").toString(),
                        "REGISTRY_AUTH_FILE",
                        folder.resolve("auth.json").toString(),
                        "TMPDIR",
                        folder.toString()),
                words);
    }
}
