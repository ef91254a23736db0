// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * A small client of the OCI distribution API: pushes an image, pulls one and checks every digest.
 * Blocks.
 */
public final class RegistryClient implements AutoCloseable {
    /** The {@code Authorization} of those who have no push token; a node's ping wants one. */
    public static final String ANYBODY = "Bearer anonymous";

    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final String ACCEPT =
            "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json,"
                    + " application/vnd.docker.distribution.manifest.v2+json,"
                    + " application/vnd.docker.distribution.manifest.list.v2+json";
    private static final int MAX_ERROR_BYTES = 16 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    /** For the registry at {@code http://127.0.0.1:port}. */
    public RegistryClient(int port) {
        base = URI.create("http://127.0.0.1:" + port);
    }

    /**
     * Pushes blobs that are missing, then the manifest.
     *
     * @param token the node's push token
     * @return the manifest's digest
     */
    public String push(String repository, String tag, Image image, String token)
            throws IOException, InterruptedException {
        String auth =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        ("peeredge:" + token).getBytes(StandardCharsets.UTF_8));
        for (Descriptor blob : image.blobs()) {
            pushBlob(repository, blob, auth);
        }
        HttpRequest put =
                request("/v2/" + repository + "/manifests/" + tag)
                        .header("Authorization", auth)
                        .header("Content-Type", image.mediaType())
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(image.manifest()))
                        .build();
        expect(http.send(put, HttpResponse.BodyHandlers.ofString()), 201);
        return Digests.of(image.manifest());
    }

    private void pushBlob(String repository, Descriptor blob, String auth)
            throws IOException, InterruptedException {
        HttpRequest head =
                request("/v2/" + repository + "/blobs/" + blob.digest())
                        .header("Authorization", auth)
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build();
        if (http.send(head, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
        }
        HttpRequest post =
                request("/v2/" + repository + "/blobs/uploads/")
                        .header("Authorization", auth)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
        HttpResponse<String> opened = http.send(post, HttpResponse.BodyHandlers.ofString());
        expect(opened, 202);
        String location = opened.headers().firstValue("Location").orElseThrow();
        String target = location + (location.contains("?") ? "&" : "?") + "digest=" + blob.digest();
        HttpRequest put =
                HttpRequest.newBuilder(base.resolve(target))
                        .timeout(TIMEOUT)
                        .header("Authorization", auth)
                        .header("Content-Type", "application/octet-stream")
                        .PUT(HttpRequest.BodyPublishers.ofFile(blob.file()))
                        .build();
        expect(http.send(put, HttpResponse.BodyHandlers.ofString()), 201);
    }

    /**
     * Pulls a manifest and its blobs, one connection per blob at once, and checks their digests; an
     * index is followed to its first manifest.
     *
     * @param onBytes told of bytes as they arrive, from several threads
     * @return the digests in the manifest's order
     */
    public List<String> pull(String repository, String reference, LongConsumer onBytes)
            throws IOException, InterruptedException {
        JsonNode manifest = JSON.readTree(manifest(repository, reference));
        if (manifest.has("manifests")) {
            return pull(
                    repository, manifest.get("manifests").get(0).get("digest").asText(), onBytes);
        }
        List<String> digests = new ArrayList<>();
        digests.add(manifest.get("config").get("digest").asText());
        manifest.get("layers").forEach(l -> digests.add(l.get("digest").asText()));
        pullBlobs(repository, digests, onBytes);
        return digests;
    }

    /** The bytes in all blobs of a reference. */
    public long sizeBytes(String repository, String reference)
            throws IOException, InterruptedException {
        JsonNode manifest = JSON.readTree(manifest(repository, reference));
        if (manifest.has("manifests")) {
            return sizeBytes(repository, manifest.get("manifests").get(0).get("digest").asText());
        }
        long sum = manifest.get("config").get("size").asLong();
        for (JsonNode layer : manifest.get("layers")) {
            sum += layer.get("size").asLong();
        }
        return sum;
    }

    private byte[] manifest(String repository, String reference)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                http.send(
                        request("/v2/" + repository + "/manifests/" + reference)
                                .header("Accept", ACCEPT)
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException(
                    base + " answered " + answer.statusCode() + ": " + said(answer.body()));
        }
        if (reference.startsWith("sha256:") && !Digests.of(answer.body()).equals(reference)) {
            throw new IOException("manifest " + reference + " does not match its digest");
        }
        return answer.body();
    }

    private void pullBlobs(String repository, List<String> digests, LongConsumer onBytes)
            throws IOException, InterruptedException {
        List<Throwable> errors = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads =
                digests.stream()
                        .distinct()
                        .map(digest ->
                                Thread.ofVirtual()
                                        .name("pull-" + digest)
                                        .start(() -> {
                                            try {
                                                pullBlob(repository, digest, onBytes);
                                            } catch (IOException | InterruptedException e) {
                                                errors.add(e);
                                            }
                                        }))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        if (!errors.isEmpty()) {
            IOException failed =
                    new IOException(errors.size() + " blobs failed: " + errors.getFirst());
            errors.forEach(failed::addSuppressed);
            throw failed;
        }
    }

    private void pullBlob(String repository, String digest, LongConsumer onBytes)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                http.send(
                        request("/v2/" + repository + "/blobs/" + digest).build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new IOException(
                        base
                                + " answered "
                                + answer.statusCode()
                                + " for "
                                + digest
                                + ": "
                                + said(in.readNBytes(MAX_ERROR_BYTES)));
            }
            MessageDigest sha = Digests.sha256();
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
                onBytes.accept(n);
            }
            if (!Digests.text(sha.digest()).equals(digest)) {
                throw new IOException("blob " + digest + " does not match its digest");
            }
        }
    }

    /**
     * The sum of each metric at {@code port}, over all labels but those written into the name as
     * {@code name{a="b"}}.
     */
    public static Map<String, Double> metrics(int port) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + port + "/metrics"))
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return answer.body()
                    .lines()
                    .filter(l -> !l.startsWith("#") && l.contains(" "))
                    .collect(
                            Collectors.toMap(
                                    l -> l.substring(0, l.lastIndexOf(' ')),
                                    l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)),
                                    Double::sum));
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT);
    }

    private static void expect(HttpResponse<String> answer, int status) throws IOException {
        if (answer.statusCode() != status) {
            throw new IOException(
                    answer.request().method()
                            + " "
                            + answer.uri()
                            + " answered "
                            + answer.statusCode()
                            + ", not "
                            + status
                            + ": "
                            + said(answer.body().getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The sentence in the specification's form of an error, or all of it when it has another. */
    private static String said(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        try {
            return JSON.readTree(text).path("errors").path(0).path("message").asText(text);
        } catch (IOException e) {
            return text;
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
