// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.LocalMesh;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.RegistryClient;

/**
 * Real nodes of the built assemblies on this machine's loopback, and what tests ask them: shell,
 * metrics, registry, files. {@link #close} ends every node.
 */
final class TestNodes implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path work;
    private final LocalMesh mesh;
    private final Map<String, Map<String, String>> config;

    /**
     * No node yet. They find each other by the bootstrap list alone, so that nothing else on the
     * machine plays a part.
     *
     * @param config PID, then key and value; for every node
     */
    TestNodes(Path work, Map<String, Map<String, String>> config) throws IOException {
        this.work = work;
        this.config = new HashMap<>(config);
        Map<String, String> engine =
                new HashMap<>(Map.of("lan.discovery", "false", "available.timeout.millis", "5000"));
        engine.putAll(config.getOrDefault("org.peeredge.dts.engine", Map.of()));
        this.config.put("org.peeredge.dts.engine", engine);
        Map<String, String> registry = new HashMap<>(nowhere());
        registry.putAll(config.getOrDefault("org.peeredge.dts.registry", Map.of()));
        this.config.put("org.peeredge.dts.registry", registry);
        this.mesh =
                new LocalMesh(
                        work, Distribution.unpack("full", work), Distribution.unpack("edge", work));
    }

    /** No test asks a registry on the Internet; a busy machine may answer late. */
    private static Map<String, String> nowhere() {
        return Map.of(
                "upstreams",
                "nowhere.test=http://127.0.0.1:9",
                "default.upstream",
                "nowhere.test",
                "resolve.timeout.millis",
                "5000");
    }

    NodeProcess origin() throws IOException, InterruptedException {
        return mesh.nodes().isEmpty() ? mesh.startOrigin(config) : mesh.nodes().getFirst();
    }

    List<NodeProcess> edges(int count) throws Exception {
        List<NodeProcess> started = mesh.startEdges(count, config);
        try {
            await("the edges are connected", () -> connected(origin()) >= count);
        } catch (AssertionError e) {
            throw new AssertionError(origin().log() + started.getFirst().log(), e);
        }
        return started;
    }

    /** What every node is configured with. */
    Map<String, Map<String, String>> config() {
        return config;
    }

    Path work() {
        return work;
    }

    /** Runs a command in the origin's shell. */
    String command(String command) throws IOException {
        return mesh.command(command);
    }

    /** Runs a command with {@code --json} in the origin's shell: an array of objects. */
    JsonNode json(String command) throws IOException {
        String[] words = command.split(" ", 2); // options go before arguments
        String printed =
                mesh.command(words[0] + " --json" + (words.length > 1 ? " " + words[1] : ""));
        try {
            return JSON.readTree(printed);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IOException("'" + command + "' printed: " + printed, e);
        }
    }

    String token(String options) throws IOException {
        return json("mesh:token-create " + options).get(0).get("token").asText();
    }

    /** Sum of all series whose name begins like this: a name, with or without labels. */
    static double metric(NodeProcess node, String series) throws IOException, InterruptedException {
        return RegistryClient.metrics(node.spec().ports().metrics()).entrySet().stream()
                .filter(e ->
                        e.getKey().equals(series)
                                || e.getKey().startsWith(series + "{")
                                || (series.endsWith("{") && e.getKey().startsWith(series)))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    static long connected(NodeProcess node) throws IOException, InterruptedException {
        return (long) metric(node, "peeredge_dts_engine_connected_peers");
    }

    /** Content bytes that came from members or an upstream since the node started. */
    static long received(NodeProcess node) throws IOException, InterruptedException {
        return (long) metric(node, "peeredge_dts_engine_received_bytes_total");
    }

    static void restart(NodeProcess node) throws Exception {
        node.restart();
        awaitReady(node);
    }

    static void awaitReady(NodeProcess node) throws Exception {
        await(
                node.spec().name() + " answers",
                node,
                () -> {
                    if (!node.alive()) {
                        throw new AssertionError(node.spec().name() + " ended");
                    }
                    return answers(node);
                });
    }

    /** Takes the list of members to dial first out of a node's configuration. */
    static void forgetBootstrap(NodeProcess node) throws IOException {
        Path file = node.spec().home().resolve("etc/org.peeredge.dts.engine.cfg");
        List<String> lines = Files.readAllLines(file);
        List<String> rest = lines.stream().filter(l -> !l.startsWith("bootstrap")).toList();
        assertEquals(lines.size() - 1, rest.size(), lines::toString);
        Files.write(file, rest);
    }

    /** Whether its registry answers. */
    static boolean answers(NodeProcess node) throws InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest ping =
                    HttpRequest.newBuilder(uri(node, "/v2/"))
                            .header("Authorization", RegistryClient.ANYBODY)
                            .timeout(Duration.ofSeconds(5))
                            .build();
            return http.send(ping, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** An address of its registry. */
    static URI uri(NodeProcess node, String path) {
        return URI.create("http://127.0.0.1:" + node.spec().ports().registry() + path);
    }

    static Path data(NodeProcess node) {
        return node.spec().home().resolve("data/peeredge");
    }

    /** Memory of its process that is in RAM now, in bytes (proc(5), {@code VmRSS}). */
    static long residentBytes(NodeProcess node) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.handle().pid() + "/status")).stream()
                        .filter(l -> l.startsWith("VmRSS:"))
                        .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")))
                        .sum()
                * 1024;
    }

    /** Publishes at a node. */
    static String push(NodeProcess node, String repository, String tag, Image image)
            throws IOException, InterruptedException {
        try (RegistryClient client = new RegistryClient(node.spec().ports().registry())) {
            return client.push(repository, tag, image, pushToken(node));
        }
    }

    static String pushToken(NodeProcess node) throws IOException {
        return Files.readString(data(node).resolve("registry/push.token")).strip();
    }

    /** Pulls and checks every digest. */
    static List<String> pull(NodeProcess node, String repository, String reference)
            throws IOException, InterruptedException {
        try (RegistryClient client = new RegistryClient(node.spec().ports().registry())) {
            return client.pull(repository, reference, bytes -> {});
        }
    }

    /** An image of incompressible files of these sizes, the same for the same seed. */
    Image image(long seed, int... bytes) throws IOException {
        Path folder = Files.createTempDirectory(work, "image");
        List<Path> files = new ArrayList<>();
        Random random = new Random(seed);
        for (int size : bytes) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            files.add(Files.write(folder.resolve("layer" + files.size()), content));
        }
        return Image.ofFiles(files, "application/octet-stream", folder);
    }

    /** A node that comes up may close a connection without an answer: it is asked again. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        IOException[] last = new IOException[1];
        try {
            Condition.await(
                    what,
                    PATIENCE,
                    () -> {
                        try {
                            return condition.call();
                        } catch (IOException e) {
                            last[0] = e;
                            return false;
                        }
                    });
        } catch (AssertionError e) {
            if (last[0] != null) {
                e.addSuppressed(last[0]);
            }
            throw e;
        }
    }

    /** What a node does; a failure shows its log. */
    static void await(String what, NodeProcess node, Callable<Boolean> condition) throws Exception {
        try {
            await(what, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + node.log(), e);
        }
    }

    /** Log lines of a level. */
    static List<String> logged(NodeProcess node, String level) throws IOException {
        return Arrays.stream(node.log().split("\n", -1))
                .filter(l -> l.contains("| " + level + " "))
                .toList();
    }

    /** Kills them: nobody looks at how they end. */
    @Override
    public void close() {
        mesh.nodes().parallelStream().forEach(TestNodes::end);
        mesh.close();
    }

    /** Kills a node, running or not. */
    static void end(NodeProcess node) {
        try {
            node.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
