// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.RetryLaterException;

/** OCI distribution specification 1.1, "Pull", through an upstream; the rules of a mirror. */
final class PullTest {
    private static final byte[] LAYER = new byte[700_000];

    static {
        new Random(2).nextBytes(LAYER);
    }

    private static final Digest LAYER_DIGEST = StoreWriter.digest(LAYER, "sha256");
    private static final String LAYER_PATH = "/v2/lab/x/blobs/" + LAYER_DIGEST + "?ns=up.example";

    @TempDir Path folder;
    private Origin origin;
    private TestNode node;
    private int folders;

    @BeforeEach
    void start() throws Exception {
        origin = new Origin("lab/x");
        node =
                new TestNode(
                        folder,
                        Map.of(
                                "upstreams", origin.as("up.example"),
                                "upstream_timeout_seconds", 1,
                                "upstream_stall_seconds", 1,
                                "absent_ttl_seconds", 0));
    }

    @AfterEach
    void stop() {
        node.close();
        origin.close();
    }

    @Test
    void pullsAnImageThroughItsUpstream() throws Exception {
        Digest digest = origin.image("1", LAYER);
        HttpResponse<byte[]> head =
                node.send(
                        node.request("/v2/lab/x/manifests/1?ns=up.example")
                                .header("Accept", "application/json")
                                .header("Accept", TestNode.MANIFEST)
                                .HEAD());
        assertEquals(200, head.statusCode());
        assertEquals(digest.toString(), TestNode.header(head, "Docker-Content-Digest"));
        assertEquals("\"" + digest + "\"", TestNode.header(head, "ETag"));
        HttpResponse<byte[]> manifest =
                node.get("/v2/lab/x/manifests/" + digest + "?ns=up.example");
        assertArrayEquals(origin.content.get("/v2/lab/x/manifests/1"), manifest.body());
        HttpResponse<byte[]> blob = node.get(LAYER_PATH, "Accept-Encoding", "gzip");
        assertArrayEquals(LAYER, blob.body());
        assertEquals("700000", TestNode.header(blob, "Content-Length"));
        assertEquals("", TestNode.header(blob, "Content-Encoding"));
        // The manifest said the size, and it was told to the engine.
        assertEquals(700_000, node.transfers.last().orElseThrow().sizeBytes());
        assertEquals(1, origin.asked(r -> r.startsWith("GET") && r.contains("/manifests/")));
        assertTrue(node.counted("peeredge_dts_registry_requests_total") >= 3);
        assertTrue(
                node.labels("peeredge_dts_registry_requests_total").stream()
                        .flatMap(List::stream)
                        .noneMatch(label -> label.contains("lab")));
    }

    @Test
    void offersAManifestFromTheUpstreamToMembers() throws Exception {
        Digest digest = origin.image("1", LAYER);
        assertEquals(200, node.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
        assertTrue(node.transfers.published.contains(digest));
    }

    @Test
    void asksTheUpstreamWhereMembersDoNotGiveTheManifestThatTheySaidTheyHad() throws Exception {
        Digest digest = origin.image("1", LAYER);
        byte[] manifest = origin.content.get("/v2/lab/x/manifests/1");
        MemoryStore member = new MemoryStore();
        member.blobs.put(digest, manifest);
        node.transfers.members.add(member);
        node.transfers.withheld.add(digest);
        assertArrayEquals(
                manifest, node.get("/v2/lab/x/manifests/" + digest + "?ns=up.example").body());
    }

    @Test
    void waitsForSlowMembersWhereTheUpstreamIsAway() throws Exception {
        String path = imageAtTheNode();
        try (TestNode patient = withoutUpstream()) {
            // The first content that is opened brings nothing.
            patient.transfers.reads =
                    read -> patient.transfers.opened.size() == 1 ? new CompletableFuture<>() : read;
            assertEquals(200, patient.get(path).statusCode());
            assertEquals(2, patient.transfers.opened.size());
        }
    }

    @Test
    void asksMembersAgainWhereTheUpstreamIsAway() throws Exception {
        String path = imageAtTheNode();
        for (int silent = 1; silent < 4; silent++) {
            try (TestNode patient = withoutUpstream()) {
                patient.transfers.deaf.add(silent); // for the manifest, for what it names
                HttpResponse<byte[]> answer = patient.get(path);
                assertEquals(200, answer.statusCode(), TestNode.text(answer));
            }
        }
    }

    private String imageAtTheNode() throws Exception {
        Digest digest = origin.image("1", LAYER);
        String path = "/v2/lab/x/manifests/" + digest + "?ns=up.example";
        assertEquals(200, node.get(path).statusCode());
        assertEquals(200, node.get(LAYER_PATH).statusCode());
        Digest config = StoreWriter.digest("{}".getBytes(UTF_8), "sha256");
        assertEquals(200, node.get("/v2/lab/x/blobs/" + config + "?ns=up.example").statusCode());
        return path;
    }

    private TestNode withoutUpstream() throws Exception {
        TestNode patient =
                new TestNode(
                        folder.resolve("p" + folders++),
                        Map.of(
                                "upstreams",
                                new String[] {"up.example=http://127.0.0.1:9"},
                                "mesh_timeout_seconds",
                                1));
        TestNode.connect(patient, node);
        return patient;
    }

    @Test
    void answersRanges() throws Exception {
        origin.image("1", LAYER);
        HttpResponse<byte[]> part = node.get(LAYER_PATH, "Range", "bytes=500000-");
        assertEquals(206, part.statusCode());
        assertEquals("bytes 500000-699999/700000", TestNode.header(part, "Content-Range"));
        assertArrayEquals(Arrays.copyOfRange(LAYER, 500_000, 700_000), part.body());
        HttpResponse<byte[]> middle = node.get(LAYER_PATH, "Range", "bytes=10-19");
        assertArrayEquals(Arrays.copyOfRange(LAYER, 10, 20), middle.body());
        HttpResponse<byte[]> beyond = node.get(LAYER_PATH, "Range", "bytes=700000-");
        assertEquals(416, beyond.statusCode());
        assertEquals("bytes */700000", TestNode.header(beyond, "Content-Range"));
        assertEquals(200, node.get(LAYER_PATH, "Range", "lines=1-2").statusCode());
        HttpResponse<byte[]> head = node.head(LAYER_PATH);
        assertEquals(200, head.statusCode());
        assertEquals("700000", TestNode.header(head, "Content-Length"));
    }

    @Test
    void noManifestWithoutItsBlobs() throws Exception {
        Digest digest = origin.image("1", LAYER);
        origin.content.remove("/v2/lab/x/blobs/" + LAYER_DIGEST);
        HttpResponse<byte[]> answer = node.get("/v2/lab/x/manifests/1?ns=up.example");
        assertEquals(404, answer.statusCode());
        assertTrue(TestNode.text(answer).contains("MANIFEST_UNKNOWN"));
        assertEquals(
                404, node.head("/v2/lab/x/manifests/" + digest + "?ns=up.example").statusCode());
        assertEquals(2, node.counted("peeredge_dts_registry_incomplete_manifests_total"));
        origin.blob(LAYER);
        assertEquals(200, node.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
    }

    @Test
    void foreignLayersAreNotRequired() throws Exception {
        byte[] config = "{}".getBytes(UTF_8);
        origin.blob(config);
        String image =
                new String(TestNode.manifest(config, LAYER), UTF_8)
                        .replace("\"size\":700000", "\"size\":700000,\"urls\":[\"https://a/b\"]");
        origin.manifest("1", image.getBytes(UTF_8));
        assertEquals(200, node.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
    }

    @Test
    void unknownNamesAre404AndBadOnes400() throws Exception {
        assertEquals(404, node.get("/v2/lab/x/manifests/no?ns=up.example").statusCode());
        assertEquals(404, node.get("/v2/lab/x/manifests/1?ns=other.example").statusCode());
        assertEquals(404, node.get("/v2/lab/x/referrers/" + LAYER_DIGEST).statusCode());
        assertEquals(404, node.get("/").statusCode());
        assertEquals(400, node.get("/v2/LAB/manifests/1").statusCode());
        assertEquals(400, node.get("/v2/lab/x/blobs/sha256:12").statusCode());
        assertEquals(400, node.get("/v2/lab/x/manifests/1?ns=a%20b").statusCode());
        assertEquals(404, node.get("/v2/lab/x/tags/list?ns=up.example").statusCode());
        assertEquals(405, node.send(node.request("/v2/lab/x/tags/list").DELETE()).statusCode());
    }

    @Test
    void aHangingUpstreamIsGivenUpQuickly() throws Exception {
        origin.image("1", LAYER);
        origin.fault = exchange -> origin.hang();
        HttpResponse<byte[]> answer = node.get("/v2/lab/x/manifests/1?ns=up.example");
        assertEquals(503, answer.statusCode());
        assertTrue(TestNode.text(answer).contains("UNAVAILABLE"));
    }

    @Test
    void a429IsNeverPassedOnAndBacksOff() throws Exception {
        origin.image("1", LAYER);
        origin.fault =
                exchange -> {
                    exchange.getResponseHeaders().set("Retry-After", "60");
                    return Origin.status(exchange, 429);
                };
        assertEquals(503, node.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
        assertEquals(503, node.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
        assertEquals(1, origin.requests.size());
    }

    @Test
    void serverErrorsBackOffAfterAWhile() throws Exception {
        origin.fault = exchange -> Origin.status(exchange, 500);
        for (int i = 0; i < 6; i++) {
            assertEquals(503, node.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
        }
        assertEquals(3, origin.requests.size());
    }

    @Test
    void aWrongManifestIsNotBelieved() throws Exception {
        Digest digest = origin.image("1", LAYER);
        origin.content.put("/v2/lab/x/manifests/" + digest, "{\"layers\":[]}".getBytes(UTF_8));
        assertEquals(
                503, node.get("/v2/lab/x/manifests/" + digest + "?ns=up.example").statusCode());
        assertFalse(node.store.has(digest));
    }

    @Test
    void aFullStoreIsSaid() throws Exception {
        origin.image("1", LAYER);
        node.store.full = true;
        HttpResponse<byte[]> answer = node.get("/v2/lab/x/manifests/1?ns=up.example");
        assertEquals(503, answer.statusCode());
        assertTrue(TestNode.text(answer).contains("no room"));
    }

    @Test
    void aStaleTagIsBetterThanNone() throws Exception {
        try (TestNode fresh =
                new TestNode(
                        folder.resolve("b"),
                        Map.of("upstreams", origin.as("up.example"), "tag_ttl_seconds", 0))) {
            Digest digest = origin.image("1", LAYER);
            assertEquals(200, fresh.get("/v2/lab/x/manifests/1?ns=up.example").statusCode());
            assertArrayEquals(LAYER, fresh.get(LAYER_PATH).body());
            assertEquals(
                    200,
                    fresh.get(
                                    "/v2/lab/x/blobs/"
                                            + StoreWriter.digest("{}".getBytes(UTF_8), "sha256")
                                            + "?ns=up.example")
                            .statusCode());
            origin.fault = exchange -> Origin.status(exchange, 502);
            HttpResponse<byte[]> old = fresh.get("/v2/lab/x/manifests/1?ns=up.example");
            assertEquals(200, old.statusCode());
            assertEquals(digest.toString(), TestNode.header(old, "Docker-Content-Digest"));
            assertTrue(TestNode.header(old, "Age").matches("[0-9]+"));
            assertEquals(1, fresh.counted("peeredge_dts_registry_stale_tags_total"));

            // A member that never saw the tag learns it from this one.
            TestNode.connect(node, fresh);
            HttpResponse<byte[]> other = node.get("/v2/lab/x/manifests/1?ns=up.example");
            assertEquals(200, other.statusCode(), TestNode.text(other));
            assertArrayEquals(LAYER, node.get(LAYER_PATH).body());
        }
    }

    @Test
    void aReadThatFailsBeforeTheFirstByteIs503AndLaterCutsTheConnection() throws Exception {
        origin.image("1", LAYER);
        AtomicInteger reads = new AtomicInteger();
        node.transfers.reads =
                read ->
                        reads.incrementAndGet() == 3
                                ? CompletableFuture.failedFuture(
                                        new RetryLaterException("no source is left"))
                                : read;
        assertThrows(IOException.class, () -> node.get(LAYER_PATH));
        node.transfers.reads =
                read -> CompletableFuture.failedFuture(new RetryLaterException("no source"));
        HttpResponse<byte[]> answer = node.get(LAYER_PATH);
        assertEquals(503, answer.statusCode());
        assertTrue(TestNode.text(answer).contains("no source"));
    }

    @Test
    void aContentThatStandsStillIsGivenUp() throws Exception {
        origin.image("1", LAYER);
        try (TestNode impatient =
                new TestNode(
                        folder.resolve("c"),
                        Map.of("upstreams", origin.as("up.example"), "blob_stall_seconds", 1))) {
            impatient.transfers.reads = read -> new CompletableFuture<>();
            assertEquals(503, impatient.get(LAYER_PATH).statusCode());
        }
    }

    @Test
    void aPusherIsToldOnlyWhatThisNodeHolds() throws Exception {
        origin.image("1", LAYER);
        assertEquals(200, node.head(LAYER_PATH).statusCode());
        assertEquals(404, node.send(node.pushRequest(LAYER_PATH).HEAD()).statusCode());
        // One that trusted the answer without the token is helped all the same.
        byte[] config = "{}".getBytes(UTF_8);
        HttpResponse<byte[]> put =
                node.send(
                        node.pushRequest("/v2/lab/x/manifests/mine?ns=up.example")
                                .header("Content-Type", TestNode.MANIFEST)
                                .PUT(BodyPublishers.ofByteArray(TestNode.manifest(config, LAYER))));
        assertEquals(201, put.statusCode(), TestNode.text(put));
        assertTrue(node.store.pinned.contains(LAYER_DIGEST));
    }
}
