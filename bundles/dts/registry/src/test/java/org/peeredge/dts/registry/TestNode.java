// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images;
import org.peeredge.dts.registry.Registry.House;
import org.peeredge.dts.registry.tag.TagAnswers;
import org.peeredge.dts.registry.upstream.Upstreams;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.http.HttpServers;
import org.peeredge.kernel.netty.runtime.EventLoops;
import org.peeredge.kernel.node.metrics.NodeMetrics;
import org.peeredge.kernel.node.runtime.NodeThreads;
import org.peeredge.kernel.node.runtime.SystemClock;

/** A node's registry on a real port, with store and members in memory. */
final class TestNode implements AutoCloseable {
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String INDEX = "application/vnd.oci.image.index.v1+json";

    final MemoryStore store = new MemoryStore();
    final MemoryMesh mesh;
    final MemoryTransfers transfers;
    final NodeMetrics metrics = new NodeMetrics();
    final MovableClock clock = new MovableClock(CLOCK);
    final String token;
    final Upstreams upstreams;

    /** One set of loops and threads for all tests: stopping Netty takes a second each time. */
    private static final SystemClock CLOCK = new SystemClock();

    private static final NodeMetrics SHARED = new NodeMetrics();
    private static final NodeThreads THREADS = new NodeThreads(CLOCK, SHARED);
    private static final HttpServers SERVERS =
            new HttpServers(
                    new EventLoops(1, THREADS, SHARED.scope()), THREADS, CLOCK, SHARED.scope());

    private final MetricScope scope = metrics.scope();
    private final ExecutorService workers = THREADS.newVirtualPool("test", "transfer");
    private final HttpClient client = HttpClient.newHttpClient();
    private final Registry registry;

    TestNode(Path folder, Map<String, Object> config) throws IOException {
        RegistrySettings settings = Configs.settings(folder, config);
        upstreams = new Upstreams(settings, clock);
        PublicKey key = key();
        mesh = new MemoryMesh(NodeId.of(key), key);
        transfers = new MemoryTransfers(store, upstreams.client(), workers);
        registry =
                new Registry(
                        new House(
                                SERVERS,
                                store,
                                transfers,
                                mesh,
                                upstreams.client(),
                                THREADS,
                                clock),
                        settings,
                        scope);
        token = settings.push() ? Files.readString(settings.pushTokenFile()).strip() : "";
    }

    private static PublicKey key() {
        try {
            return KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes two nodes members of one mesh. */
    static void connect(TestNode a, TestNode b) {
        a.mesh.handlers.put(b.mesh.self(), new TagAnswers(b.store, b.clock));
        b.mesh.handlers.put(a.mesh.self(), new TagAnswers(a.store, a.clock));
        a.transfers.members.add(b.store);
        b.transfers.members.add(a.store);
    }

    /** What it tells those who keep whole images. */
    Images images() {
        return registry.images();
    }

    int port() {
        return registry.port();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    HttpRequest.Builder pushRequest(String path) {
        return request(path).header("Authorization", "Bearer " + token);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> get(String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<byte[]> head(String path) throws IOException, InterruptedException {
        return send(request(path).HEAD());
    }

    /** Uploads a blob in one POST. */
    Digest pushBlob(String repo, byte[] bytes) throws IOException, InterruptedException {
        Digest digest = StoreWriter.digest(bytes, "sha256");
        HttpResponse<byte[]> answer =
                send(
                        pushRequest("/v2/" + repo + "/blobs/uploads/?digest=" + digest)
                                .POST(BodyPublishers.ofByteArray(bytes)));
        if (answer.statusCode() != 201) {
            throw new IOException(answer.statusCode() + " " + text(answer));
        }
        return digest;
    }

    HttpResponse<byte[]> pushManifest(String repo, String reference, String type, byte[] bytes)
            throws IOException, InterruptedException {
        return send(
                pushRequest("/v2/" + repo + "/manifests/" + reference)
                        .header("Content-Type", type)
                        .PUT(BodyPublishers.ofByteArray(bytes)));
    }

    /** Pushes an image of a config and one layer; its manifest's bytes. */
    byte[] pushImage(String repo, String tag, byte[] layer)
            throws IOException, InterruptedException {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        pushBlob(repo, config);
        pushBlob(repo, layer);
        byte[] manifest = manifest(config, layer);
        HttpResponse<byte[]> answer = pushManifest(repo, tag, MANIFEST, manifest);
        if (answer.statusCode() != 201) {
            throw new IOException(answer.statusCode() + " " + text(answer));
        }
        return manifest;
    }

    static byte[] manifest(byte[] config, byte[]... layers) {
        ObjectNode tree = Json.object().put("schemaVersion", 2).put("mediaType", MANIFEST);
        describe(tree.putObject("config"), "application/vnd.oci.image.config.v1+json", config);
        ArrayNode list = tree.putArray("layers");
        for (byte[] layer : layers) {
            describe(list.addObject(), "application/vnd.oci.image.layer.v1.tar+gzip", layer);
        }
        return Json.write(tree);
    }

    static byte[] index(byte[]... manifests) {
        ObjectNode tree = Json.object().put("schemaVersion", 2).put("mediaType", INDEX);
        ArrayNode list = tree.putArray("manifests");
        for (byte[] manifest : manifests) {
            describe(list.addObject(), MANIFEST, manifest);
        }
        return Json.write(tree);
    }

    private static void describe(ObjectNode into, String type, byte[] content) {
        into.put("mediaType", type)
                .put("digest", StoreWriter.digest(content, "sha256").toString())
                .put("size", content.length);
    }

    static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    double counted(String name) {
        return metrics.collect().stream()
                .filter(family -> family.name().equals(name))
                .flatMap(family -> family.values().stream())
                .mapToDouble(value -> value.value())
                .sum();
    }

    /** Labels of every value of a metric. */
    List<List<String>> labels(String name) {
        return metrics.collect().stream()
                .filter(family -> family.name().equals(name))
                .flatMap(family -> family.values().stream())
                .map(value -> value.labels())
                .toList();
    }

    @Override
    public void close() {
        registry.close();
        upstreams.close();
        workers.shutdownNow();
        client.close();
        scope.close();
    }
}
