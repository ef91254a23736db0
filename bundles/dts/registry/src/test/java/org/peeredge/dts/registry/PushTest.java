// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.registry.util.StoreWriter;

/** OCI distribution specification 1.1, "Push". */
final class PushTest {
    private static final byte[] LAYER = new byte[700_000];

    static {
        new Random(1).nextBytes(LAYER);
    }

    @TempDir Path folder;
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(folder, Map.of());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void publishedImageIsPinnedOfferedAndPulledBack() throws Exception {
        byte[] manifest = node.pushImage("lab/x", "1", LAYER);
        Digest digest = StoreWriter.digest(manifest, "sha256");
        Digest layer = StoreWriter.digest(LAYER, "sha256");
        assertTrue(node.store.pinned.contains(digest) && node.store.pinned.contains(layer));
        assertTrue(node.transfers.published.contains(digest));
        assertTrue(node.transfers.published.contains(layer));

        HttpResponse<byte[]> byTag = node.get("/v2/lab/x/manifests/1");
        assertEquals(200, byTag.statusCode());
        assertArrayEquals(manifest, byTag.body());
        assertEquals(TestNode.MANIFEST, TestNode.header(byTag, "Content-Type"));
        assertEquals(digest.toString(), TestNode.header(byTag, "Docker-Content-Digest"));
        assertArrayEquals(LAYER, node.get("/v2/lab/x/blobs/" + layer).body());
        assertEquals(
                "{\"name\":\"lab/x\",\"tags\":[\"1\"]}",
                TestNode.text(node.get("/v2/lab/x/tags/list")));
    }

    @Test
    void chunksInOrderMakeABlob() throws Exception {
        HttpResponse<byte[]> begun =
                node.send(
                        node.pushRequest("/v2/lab/x/blobs/uploads/").POST(BodyPublishers.noBody()));
        assertEquals(202, begun.statusCode());
        String upload = TestNode.header(begun, "Location");
        HttpResponse<byte[]> first = chunk(upload, 0, 300_000);
        assertEquals(202, first.statusCode());
        assertEquals("0-299999", TestNode.header(first, "Range"));

        HttpResponse<byte[]> gap = chunk(upload, 400_000, 700_000);
        assertEquals(416, gap.statusCode());
        assertEquals("0-299999", TestNode.header(gap, "Range"));

        HttpResponse<byte[]> state = node.send(node.pushRequest(upload));
        assertEquals(204, state.statusCode());
        assertEquals("0-299999", TestNode.header(state, "Range"));

        assertEquals(202, chunk(upload, 300_000, 600_000).statusCode());
        Digest digest = StoreWriter.digest(LAYER, "sha256");
        HttpResponse<byte[]> done =
                node.send(
                        node.pushRequest(upload + "?digest=" + digest)
                                .header("Content-Range", "600000-699999")
                                .PUT(BodyPublishers.ofByteArray(LAYER, 600_000, 100_000)));
        assertEquals(201, done.statusCode(), TestNode.text(done));
        assertEquals("/v2/lab/x/blobs/" + digest, TestNode.header(done, "Location"));
        assertArrayEquals(LAYER, node.store.blobs.get(digest));
        assertEquals(404, node.send(node.pushRequest(upload)).statusCode());
        assertNoUploadFiles();
    }

    @Test
    void theNextRequestMayComeAsSoonAsTheAnswer() throws Exception {
        for (int i = 0; i < 100; i++) {
            byte[] layer = {(byte) i, 1, 2, 3};
            Digest digest = StoreWriter.digest(layer, "sha256");
            HttpResponse<byte[]> begun =
                    node.send(
                            node.pushRequest("/v2/lab/x/blobs/uploads/")
                                    .POST(BodyPublishers.noBody()));
            String upload = TestNode.header(begun, "Location");
            HttpResponse<byte[]> taken =
                    node.send(
                            node.pushRequest(upload)
                                    .method("PATCH", BodyPublishers.ofByteArray(layer)));
            assertEquals(202, taken.statusCode());
            HttpResponse<byte[]> done =
                    node.send(
                            node.pushRequest(upload + "?digest=" + digest)
                                    .PUT(BodyPublishers.noBody()));
            assertEquals(201, done.statusCode(), TestNode.text(done));
        }
    }

    private HttpResponse<byte[]> chunk(String upload, int from, int to) throws Exception {
        return node.send(
                node.pushRequest(upload)
                        .header("Content-Range", from + "-" + (to - 1))
                        .method("PATCH", BodyPublishers.ofByteArray(LAYER, from, to - from)));
    }

    @Test
    void sha512IsTaken() throws Exception {
        Digest digest = StoreWriter.digest(LAYER, "sha512");
        HttpResponse<byte[]> done =
                node.send(
                        node.pushRequest("/v2/lab/x/blobs/uploads/?digest=" + digest)
                                .POST(BodyPublishers.ofByteArray(LAYER)));
        assertEquals(201, done.statusCode());
        assertArrayEquals(LAYER, node.get("/v2/lab/x/blobs/" + digest).body());
    }

    @Test
    void wrongBytesAreNeverStored() throws Exception {
        Digest other = StoreWriter.digest("other".getBytes(UTF_8), "sha256");
        HttpResponse<byte[]> answer =
                node.send(
                        node.pushRequest("/v2/lab/x/blobs/uploads/?digest=" + other)
                                .POST(BodyPublishers.ofByteArray(LAYER)));
        assertEquals(400, answer.statusCode());
        assertTrue(TestNode.text(answer).contains("DIGEST_INVALID"));
        assertFalse(node.store.has(other));
        assertNoUploadFiles();
    }

    @Test
    void manifestsAreCheckedBeforeTheyAreNamed() throws Exception {
        byte[] config = "{}".getBytes(UTF_8);
        node.pushBlob("lab/x", config);
        HttpResponse<byte[]> missing =
                node.pushManifest(
                        "lab/x", "1", TestNode.MANIFEST, TestNode.manifest(config, LAYER));
        assertEquals(400, missing.statusCode());
        assertTrue(TestNode.text(missing).contains("MANIFEST_BLOB_UNKNOWN"));
        assertEquals(404, node.get("/v2/lab/x/manifests/1").statusCode());

        byte[] noJson = "hello".getBytes(UTF_8);
        assertTrue(
                TestNode.text(node.pushManifest("lab/x", "1", TestNode.MANIFEST, noJson))
                        .contains("MANIFEST_INVALID"));
        byte[] image = TestNode.manifest(config);
        assertTrue(
                TestNode.text(node.pushManifest("lab/x", "1", TestNode.INDEX, image))
                        .contains("MANIFEST_INVALID"));
        Digest other = StoreWriter.digest(noJson, "sha256");
        assertTrue(
                TestNode.text(
                                node.pushManifest(
                                        "lab/x", other.toString(), TestNode.MANIFEST, image))
                        .contains("DIGEST_INVALID"));
        assertEquals(
                413,
                node.pushManifest("lab/x", "1", TestNode.MANIFEST, new byte[(4 << 20) + 1])
                        .statusCode());
        byte[] both = "{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}".getBytes(UTF_8);
        assertEquals(400, node.pushManifest("lab/x", "1", TestNode.MANIFEST, both).statusCode());
    }

    @Test
    void anIndexNeedsItsChildren() throws Exception {
        byte[] child = node.pushImage("lab/x", "child", LAYER);
        byte[] index = TestNode.index(child);
        assertEquals(201, node.pushManifest("lab/x", "all", TestNode.INDEX, index).statusCode());
        HttpResponse<byte[]> answer = node.head("/v2/lab/x/manifests/all");
        assertEquals(200, answer.statusCode());
        assertEquals(TestNode.INDEX, TestNode.header(answer, "Content-Type"));
        assertEquals("" + index.length, TestNode.header(answer, "Content-Length"));

        byte[] lonely = TestNode.index("not here".getBytes(UTF_8));
        assertEquals(400, node.pushManifest("lab/x", "no", TestNode.INDEX, lonely).statusCode());
    }

    @Test
    void theTokenGuardsEveryWrite() throws Exception {
        HttpResponse<byte[]> none =
                node.send(node.request("/v2/lab/x/blobs/uploads/").POST(BodyPublishers.noBody()));
        assertEquals(401, none.statusCode());
        assertEquals("Basic realm=\"PeerEdge\"", TestNode.header(none, "WWW-Authenticate"));
        assertTrue(TestNode.text(none).contains("UNAUTHORIZED"));
        HttpResponse<byte[]> wrong =
                node.send(
                        node.request("/v2/lab/x/manifests/1")
                                .header("Authorization", "Bearer " + node.token + "x")
                                .PUT(BodyPublishers.noBody()));
        assertEquals(401, wrong.statusCode());
        assertEquals(202, begin("peeredge:" + node.token));
        assertEquals(401, begin("peeredge:"));
        assertEquals(
                PosixFilePermissions.fromString("rw-------"),
                Files.getPosixFilePermissions(folder.resolve("push.token")));
        assertEquals(43, node.token.length());
    }

    private int begin(String userAndPassword) throws Exception {
        String basic = Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
        return node.send(
                        node.request("/v2/lab/x/blobs/uploads/")
                                .header("Authorization", "Basic " + basic)
                                .POST(BodyPublishers.noBody()))
                .statusCode();
    }

    @Test
    void aDeletedUploadIsGone() throws Exception {
        HttpResponse<byte[]> begun =
                node.send(
                        node.pushRequest(
                                        "/v2/lab/x/blobs/uploads/?mount=sha256:"
                                                + "0".repeat(64)
                                                + "&from=a")
                                .POST(BodyPublishers.noBody()));
        assertEquals(202, begun.statusCode());
        String upload = TestNode.header(begun, "Location");
        assertEquals(204, node.send(node.pushRequest(upload).DELETE()).statusCode());
        assertEquals(404, node.send(node.pushRequest(upload)).statusCode());
        assertNoUploadFiles();
    }

    @Test
    void aBlobThatIsHereIsMounted() throws Exception {
        Digest digest = node.pushBlob("lab/x", LAYER);
        HttpResponse<byte[]> mounted =
                node.send(
                        node.pushRequest("/v2/lab/y/blobs/uploads/?mount=" + digest + "&from=lab/x")
                                .POST(BodyPublishers.noBody()));
        assertEquals(201, mounted.statusCode());
        assertEquals("/v2/lab/y/blobs/" + digest, TestNode.header(mounted, "Location"));
    }

    @Test
    void aFullStoreIsSaid() throws Exception {
        node.store.full = true;
        Digest digest = StoreWriter.digest(LAYER, "sha256");
        HttpResponse<byte[]> answer =
                node.send(
                        node.pushRequest("/v2/lab/x/blobs/uploads/?digest=" + digest)
                                .POST(BodyPublishers.ofByteArray(LAYER)));
        assertEquals(503, answer.statusCode());
        assertTrue(TestNode.text(answer).contains("no room"));
    }

    @Test
    void uploadsAreLimited(@TempDir Path other) throws Exception {
        try (TestNode small =
                new TestNode(other, Map.of("uploads_max", 1, "upload_max_bytes", 1000L))) {
            HttpResponse<byte[]> first =
                    small.send(
                            small.pushRequest("/v2/lab/x/blobs/uploads/")
                                    .POST(BodyPublishers.noBody()));
            assertEquals(202, first.statusCode());
            assertEquals(
                    503,
                    small.send(
                                    small.pushRequest("/v2/lab/x/blobs/uploads/")
                                            .POST(BodyPublishers.noBody()))
                            .statusCode());
            assertEquals(
                    413,
                    small.send(
                                    small.pushRequest(TestNode.header(first, "Location"))
                                            .method("PATCH", BodyPublishers.ofByteArray(LAYER)))
                            .statusCode());
        }
    }

    @Test
    void withoutPushNothingIsTaken(@TempDir Path other) throws Exception {
        try (TestNode reader = new TestNode(other, Map.of("push_enabled", false))) {
            assertEquals(
                    405,
                    reader.send(
                                    reader.request("/v2/lab/x/blobs/uploads/")
                                            .POST(BodyPublishers.noBody()))
                            .statusCode());
            HttpResponse<byte[]> ping = reader.get("/v2/", "Authorization", "Bearer any");
            assertEquals(200, ping.statusCode());
            assertEquals("", TestNode.header(ping, "WWW-Authenticate"));
        }
    }

    private void assertNoUploadFiles() throws Exception {
        try (var files = Files.list(folder.resolve("uploads"))) {
            assertEquals(0, files.count());
        }
    }
}
