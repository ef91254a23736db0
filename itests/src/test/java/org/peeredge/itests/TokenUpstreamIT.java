// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.lab.TestImage;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * Nodes before a registry with TLS and bearer tokens, as Docker Hub has them. The origin has
 * credentials for it, the edges have none.
 */
@Tag("beside")
@Needs(programs = {"docker-registry", "skopeo", "openssl", "curl"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TokenUpstreamIT {
    private static final String UPSTREAM = "hub.test";
    private static final String UPSTREAM_BYTES =
            "peeredge_dts_engine_received_bytes_total{source=\"upstream\"}";

    @TempDir private static Path folder;
    private TokenRegistry registry;
    private TestNodes nodes;
    private Path credentials;
    private String secretIndex = "";
    private Set<String> unseen = Set.of();
    private NodeProcess origin;
    private NodeProcess first;
    private NodeProcess second;

    @BeforeAll
    void start() throws Exception {
        publish("library/open", 1);
        secretIndex = publish("team/secret", 2);
        publish("team/unseen", 3);
        unseen = LabImage.blobs(folder.resolve("layouts/team/unseen"));
        registry = new TokenRegistry(folder.resolve("hub"), storage());
        credentials = folder.resolve("credentials");
        login("wrong");
        nodes =
                new TestNodes(
                        folder,
                        Map.of(
                                "org.peeredge.dts.registry",
                                Map.of(
                                        "upstreams", registry.as(UPSTREAM),
                                        "default.upstream", UPSTREAM,
                                        "upstream.ca.file", registry.authority().toString(),
                                        "upstream.credentials.file", credentials.toString(),
                                        "absent.ttl.seconds", "0")));
        origin = nodes.origin();
        nodes.config()
                .computeIfPresent(
                        "org.peeredge.dts.registry",
                        (pid, values) -> {
                            Map<String, String> without = new HashMap<>(values);
                            without.remove("upstream.credentials.file");
                            return without;
                        });
        List<NodeProcess> edges = nodes.edges(2);
        first = edges.getFirst();
        second = edges.getLast();
    }

    @AfterAll
    void stop() {
        if (nodes != null) {
            nodes.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    private static Path storage() {
        return folder.resolve("storage");
    }

    private static String publish(String repository, int seed) throws Exception {
        Path layout = Files.createDirectories(folder.resolve("layouts/" + repository));
        List<Layer> layers =
                List.of(new Layer(900_000, Packing.GZIP), new Layer(300_000, Packing.GZIP));
        String index = TestImage.write(layout, seed, layers);
        TestImage.publish(layout, storage(), repository, "1");
        return index;
    }

    private void login(String password) throws Exception {
        Files.writeString(credentials, UPSTREAM + "=" + TokenRegistry.USER + ":" + password + "\n");
    }

    @Test
    @Order(1)
    void whatEverybodyMayPullComesWithoutCredentialsAndIsShared() throws Exception {
        List<String> digests = TestNodes.pull(first, "library/open", "1");
        double once = fromUpstream();
        assertTrue(once > 1_000_000);
        assertEquals(digests, TestNodes.pull(second, "library/open", "1"));
        // The origin has credentials, and does not use them.
        TestNodes.pull(origin, "library/open", "1");
        assertEquals(once, fromUpstream(), "fetched again although a member had it");
        assertEquals(List.of("library/open"), registry.asked.stream().distinct().toList());
        assertEquals(Set.of(), confined());
    }

    /** Content bytes that any of the nodes took from the registry. */
    private double fromUpstream() throws Exception {
        return TestNodes.metric(origin, UPSTREAM_BYTES)
                + TestNodes.metric(first, UPSTREAM_BYTES)
                + TestNodes.metric(second, UPSTREAM_BYTES);
    }

    @Test
    @Order(2)
    void wrongCredentialsAreSaidAndReadAgainWhenTheyChange() throws Exception {
        HttpResponse<String> refused = get(origin, "manifests/1");
        assertEquals(404, refused.statusCode());
        assertTrue(refused.body().contains("upstream.credentials.file"), refused.body());
        assertTrue(registry.asked.contains("wrong team/secret"));
        login(TokenRegistry.PASSWORD);
        TestNodes.pull(origin, "team/secret", "1");
        assertTrue(registry.asked.contains(TokenRegistry.USER + " team/secret"));
        assertFalse(registry.asked.contains(TokenRegistry.USER + " library/open"));
    }

    @Test
    @Order(3)
    void whatCameWithCredentialsIsServedByNobodyElse() throws Exception {
        List<String> digests = TestNodes.pull(origin, "team/secret", "1");
        assertTrue(confined().contains(secretIndex));
        assertTrue(confined().containsAll(digests));
        for (NodeProcess edge : List.of(first, second)) {
            long received = TestNodes.received(edge);
            assertEquals(404, get(edge, "manifests/1").statusCode());
            assertEquals(404, get(edge, "manifests/" + secretIndex).statusCode());
            for (String digest : digests) {
                assertEquals(404, get(edge, "blobs/" + digest).statusCode(), digest);
            }
            assertEquals(received, TestNodes.received(edge), "bytes that came all the same");
        }
    }

    /** Members read from upstreams for each other, but none lends its credentials. */
    @Test
    @Order(4)
    void nobodyFetchesPrivateContentForANodeThatHasNoCredentials() throws Exception {
        for (String digest : unseen) {
            int status = get(first, "team/unseen", "blobs/" + digest).statusCode();
            assertEquals(404, status, digest);
        }
        assertFalse(confined().stream().anyMatch(unseen::contains), "fetched for another node");
        assertFalse(registry.asked.contains(TokenRegistry.USER + " team/unseen"));
    }

    @Test
    @Order(5)
    void anAuthorityThatANodeDoesNotKnowIsNamed() throws Exception {
        Path config = second.spec().home().resolve("etc/org.peeredge.dts.registry.cfg");
        Files.writeString(
                config, Files.readString(config).replaceAll("(?m)^upstream\\.ca\\.file.*$", ""));
        TestNodes.await(
                "the node says what to do",
                () -> {
                    try {
                        HttpResponse<String> answer = get(second, "manifests/unknown");
                        return answer.statusCode() == 503
                                && answer.body().contains("upstream.ca.file");
                    } catch (IOException restarting) {
                        return false; // its registry opens anew with the new configuration
                    }
                });
    }

    @Test
    @Order(6)
    void whenTheUpstreamIsAwayTheNodeThatHasItServesItsOwnMachine() throws Exception {
        registry.close();
        List<String> digests = TestNodes.pull(origin, "team/secret", "1");
        // Each waits until nobody has said that it has it: both at once.
        List<Integer> answers =
                Stream.of("manifests/" + secretIndex, "blobs/" + digests.getLast())
                        .parallel()
                        .map(path -> status(first, path))
                        .toList();
        assertEquals(List.of(503, 503), answers);
    }

    private static int status(NodeProcess node, String path) {
        try {
            return get(node, path).statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(path, e);
        }
    }

    private static HttpResponse<String> get(NodeProcess node, String path) throws Exception {
        return get(node, "team/secret", path);
    }

    private static HttpResponse<String> get(NodeProcess node, String repository, String path)
            throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(TestNodes.uri(node, "/v2/" + repository + "/" + path))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    /** Which of the origin's blobs stay there. */
    private Set<String> confined() throws Exception {
        return nodes.json("dts:blob-list")
                .valueStream()
                .filter(blob -> blob.get("confined").asBoolean())
                .map(blob -> blob.get("digest").asText())
                .collect(Collectors.toSet());
    }
}
