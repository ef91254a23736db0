// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.dts.registry.util.StoreWriter;
import org.slf4j.LoggerFactory;

/** skopeo and docker-registry (Debian packages), where they are installed; skipped elsewhere. */
final class RealClientsTest {
    private static final byte[] LAYER = new byte[600_000];

    static {
        new Random(5).nextBytes(LAYER);
    }

    @TempDir Path folder;
    private Path layout;
    private byte[] manifest = new byte[0];

    @BeforeEach
    void image() throws Exception {
        assumeTrue(installed("skopeo"), "skopeo is not installed");
        byte[] config =
                """
                {"architecture":"amd64","os":"linux","config":{},
                 "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}\
                """
                        .formatted(StoreWriter.digest(LAYER, "sha256").hex())
                        .getBytes(UTF_8);
        // An uncompressed layer: skopeo then has no reason to touch it.
        manifest =
                new String(TestNode.manifest(config, LAYER), UTF_8)
                        .replace("layer.v1.tar+gzip", "layer.v1.tar")
                        .getBytes(UTF_8);
        layout = folder.resolve("oci");
        Files.createDirectories(layout.resolve("blobs/sha256"));
        for (byte[] blob : List.of(config, LAYER, manifest)) {
            Digest digest = StoreWriter.digest(blob, "sha256");
            Files.write(layout.resolve("blobs/sha256/" + digest.hex()), blob);
        }
        Files.write(layout.resolve("index.json"), TestNode.index(manifest));
        Files.write(
                layout.resolve("oci-layout"),
                Json.write(Json.object().put("imageLayoutVersion", "1.0.0")));
    }

    @Test
    void skopeoPushesWithTheTokenAndAnotherNodeServesIt() throws Exception {
        try (TestNode a = new TestNode(folder.resolve("a"), Map.of());
                TestNode b = new TestNode(folder.resolve("b"), Map.of())) {
            TestNode.connect(a, b);
            assertEquals(
                    0,
                    run(
                            "skopeo",
                            "copy",
                            "--dest-tls-verify=false",
                            "--dest-compress=false",
                            "--preserve-digests",
                            "--dest-creds=peeredge:" + a.token,
                            "oci:" + layout,
                            "docker://127.0.0.1:" + a.port() + "/lab/x:1"));
            assertTrue(
                    run(
                                    "skopeo",
                                    "copy",
                                    "--dest-tls-verify=false",
                                    "--dest-creds=peeredge:wrong",
                                    "oci:" + layout,
                                    "docker://127.0.0.1:" + a.port() + "/lab/x:2")
                            != 0);
            pull(b, "lab/x:1");
            assertEquals(0, login(a, a.token));
            assertTrue(login(a, "wrong") != 0);
        }
    }

    private int login(TestNode node, String password) throws Exception {
        return run(
                "skopeo",
                "login",
                "--tls-verify=false",
                "--authfile=" + folder.resolve("auth.json"),
                "--username=peeredge",
                "--password=" + password,
                "127.0.0.1:" + node.port());
    }

    @Test
    void skopeoPullsThroughFromDockerRegistry() throws Exception {
        assumeTrue(installed("docker-registry"), "docker-registry is not installed");
        int port = freePort();
        Process registry = dockerRegistry(port);
        try {
            assertEquals(
                    0,
                    run(
                            "skopeo",
                            "copy",
                            "--dest-tls-verify=false",
                            "--preserve-digests",
                            "oci:" + layout,
                            "docker://127.0.0.1:" + port + "/lab/x:1"));
            try (TestNode node =
                    new TestNode(
                            folder.resolve("a"),
                            Map.of(
                                    "upstreams",
                                    new String[] {"docker.io=http://127.0.0.1:" + port}))) {
                pull(node, "lab/x:1");
                assertEquals(
                        "{\"name\":\"lab/x\",\"tags\":[\"1\"]}",
                        TestNode.text(node.get("/v2/lab/x/tags/list")));
                Digest layer = StoreWriter.digest(LAYER, "sha256");
                assertArrayEquals(
                        Arrays.copyOfRange(LAYER, 1000, LAYER.length),
                        node
                                .upstreams
                                .client()
                                .open(new UpstreamRef("docker.io", "lab/x"), layer, 1000)
                                .stream()
                                .readAllBytes());
            }
        } finally {
            registry.destroy();
            registry.waitFor();
        }
    }

    private void pull(TestNode node, String image) throws Exception {
        Path target = folder.resolve("pulled");
        assertEquals(
                0,
                run(
                        "skopeo",
                        "copy",
                        "--src-tls-verify=false",
                        "docker://127.0.0.1:" + node.port() + "/" + image,
                        "dir:" + target));
        assertArrayEquals(manifest, Files.readAllBytes(target.resolve("manifest.json")));
        assertArrayEquals(
                LAYER,
                Files.readAllBytes(target.resolve(StoreWriter.digest(LAYER, "sha256").hex())));
    }

    private int run(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(command));
        if (command[1].equals("copy")) {
            all.add(1, "--insecure-policy");
        }
        Path log = folder.resolve("log");
        Process process =
                new ProcessBuilder(all)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> "too long: " + all);
        if (process.exitValue() != 0) {
            LoggerFactory.getLogger(RealClientsTest.class)
                    .info("{}: {}", command[0], Files.readString(log).strip());
        }
        return process.exitValue();
    }

    private Process dockerRegistry(int port) throws Exception {
        Path config = folder.resolve("registry.yml");
        Files.writeString(
                config,
                """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "127.0.0.1:%d"}
                """
                        .formatted(folder.resolve("registry"), port));
        Process process =
                new ProcessBuilder("docker-registry", "serve", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("registry.log").toFile())
                        .start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest ping =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/")).build();
            while (process.isAlive()) {
                try {
                    client.send(ping, BodyHandlers.discarding());
                    return process;
                } catch (IOException e) {
                    // Not listening yet; if it never does, it ends and so does this loop.
                    Thread.onSpinWait();
                }
            }
        }
        throw new IOException(Files.readString(folder.resolve("registry.log")));
    }

    /** The registry cannot be asked for a free port, so one is borrowed for a moment. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean installed(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(part -> Files.isExecutable(Path.of(part, program)));
    }
}
