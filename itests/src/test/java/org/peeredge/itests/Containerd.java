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
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.Ran;

/** containerd with its client {@code ctr}. */
final class Containerd implements Client {
    private final Lab lab;
    private final String host;
    private final Path folder;
    private final Daemon daemon;

    Containerd(Lab lab, String host, Path folder) throws Exception {
        this.lab = lab;
        this.host = host;
        this.folder = Files.createDirectories(folder);
        Path hosts = Files.createDirectories(folder.resolve("certs.d/" + LabMesh.UPSTREAM));
        Files.writeString(
                hosts.resolve("hosts.toml"),
                """
                server = "http://%s:5000"
                [host."http://%s"]
                  capabilities = ["pull", "resolve"]
                """
                        .formatted(Lab.address(0), NODE));
        Path config = folder.resolve("config.toml");
        Files.writeString(
                config,
                """
                version = 2
                root = "%1$s/root"
                state = "%1$s/state"
                disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.aufs",
                  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
                  "io.containerd.snapshotter.v1.zfs"]
                [grpc]
                  address = "%1$s/sock"
                [plugins."io.containerd.internal.v1.opt"]
                  path = "%1$s/opt"
                """
                        .formatted(folder));
        daemon =
                Daemon.start(
                        lab,
                        host,
                        folder.resolve("log"),
                        List.of("containerd", "--config", config.toString()),
                        List.of("ctr", "--address", folder.resolve("sock").toString(), "version"));
    }

    @Override
    public Ran pull(LabImage image) {
        return ctr("images", "pull", "--snapshotter=native", "--plain-http", direct(image));
    }

    @Override
    public Ran pullThroughMirror(LabImage image) {
        return ctr(
                "images",
                "pull",
                "--snapshotter=native",
                "--hosts-dir",
                folder.resolve("certs.d").toString(),
                LabMesh.UPSTREAM + "/" + image.repository() + ":1");
    }

    /** {@code ctr images push} of an image that it has pulled, to the node beside it. */
    Ran push(LabImage image, String repository, String token) {
        String name = NODE + "/" + repository + ":1";
        ctr("images", "tag", "--force", LabMesh.UPSTREAM + "/" + image.repository() + ":1", name)
                .ok();
        return ctr(
                "images",
                "push",
                "--plain-http",
                "--platform",
                "linux/amd64",
                "--user",
                "peeredge:" + token,
                name);
    }

    @Override
    public void verify(LabImage image) throws IOException {
        String list = ctr("images", "list").ok().output();
        String line =
                list.lines()
                        .filter(l -> l.contains("/" + image.repository() + ":1 "))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(image + " is not in:\n" + list));
        assertTrue(line.contains(image.index()), line);
        String content = ctr("content", "list", "--quiet").ok().output();
        assertTrue(
                content.lines().toList().containsAll(image.layers()),
                () -> "layers are missing in:\n" + content);
        String config = ctr("content", "get", image.config()).ok().output();
        assertEquals(
                image.config(),
                org.peeredge.ops.quickstart.Digests.of(
                        config.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static String direct(LabImage image) {
        return NODE + "/" + image.repository() + ":1";
    }

    private Ran ctr(String... words) {
        List<String> all =
                Words.of(
                        lab.inNetworkOf(host),
                        "ctr",
                        "--address",
                        folder.resolve("sock").toString());
        all.addAll(List.of(words));
        return Commands.run(PULL.plus(Duration.ofSeconds(5)), Map.of(), all);
    }

    @Override
    public void close() {
        daemon.close();
    }
}
