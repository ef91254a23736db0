// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.registry.util.StoreWriter;

/** Published anywhere, pullable everywhere. */
final class MeshTagsTest {
    @TempDir Path folder;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void start() throws Exception {
        a = new TestNode(folder.resolve("a"), Map.of());
        b = new TestNode(folder.resolve("b"), Map.of());
        TestNode.connect(a, b);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
    }

    private static byte[] layer(int n) {
        return new byte[] {(byte) n, 2, 3};
    }

    @Test
    void aMemberPullsWhatAnotherPublished() throws Exception {
        byte[] manifest = a.pushImage("lab/x", "1", layer(1));
        assertArrayEquals(manifest, b.get("/v2/lab/x/manifests/1").body());
        Digest layer = StoreWriter.digest(layer(1), "sha256");
        assertArrayEquals(layer(1), b.get("/v2/lab/x/blobs/" + layer).body());
        assertEquals(
                "{\"name\":\"lab/x\",\"tags\":[\"1\"]}",
                TestNode.text(b.get("/v2/lab/x/tags/list")));
        // The name outlives its publisher, since the content is here too.
        b.get("/v2/lab/x/blobs/" + StoreWriter.digest("{}".getBytes(UTF_8), "sha256"));
        b.mesh.handlers.clear();
        b.transfers.members.clear();
        assertArrayEquals(manifest, b.get("/v2/lab/x/manifests/1").body());
    }

    @Test
    void theNewestWriterWinsEverywhere() throws Exception {
        byte[] first = a.pushImage("lab/x", "1", layer(1));
        byte[] second = b.pushImage("lab/x", "1", layer(2));
        assertArrayEquals(second, a.get("/v2/lab/x/manifests/1").body());
        assertArrayEquals(second, b.get("/v2/lab/x/manifests/1").body());
        assertEquals(201, a.pushManifest("lab/x", "1", TestNode.MANIFEST, first).statusCode());
        assertArrayEquals(first, b.get("/v2/lab/x/manifests/1").body());
    }

    @Test
    void aSilentMemberCostsOnlyTheDeadline() throws Exception {
        byte[] manifest = a.pushImage("lab/x", "1", layer(1));
        a.mesh.silent.add(b.mesh.self());
        assertArrayEquals(manifest, a.get("/v2/lab/x/manifests/1").body());
    }

    @Test
    void tagsAreListedInPages() throws Exception {
        a.pushImage("lab/x", "1", layer(1));
        a.pushImage("lab/x", "2", layer(1));
        b.pushImage("lab/x", "3", layer(1));
        var page = b.get("/v2/lab/x/tags/list?n=2");
        assertEquals("{\"name\":\"lab/x\",\"tags\":[\"1\",\"2\"]}", TestNode.text(page));
        assertEquals(
                "</v2/lab/x/tags/list?n=2&last=2>; rel=\"next\"", TestNode.header(page, "Link"));
        assertEquals(
                "{\"name\":\"lab/x\",\"tags\":[\"3\"]}",
                TestNode.text(b.get("/v2/lab/x/tags/list?n=2&last=2")));
    }

    @Test
    void onlyOriginsAreBelievedWhereThatIsConfigured() throws Exception {
        try (TestNode careful =
                new TestNode(folder.resolve("c"), Map.of("tag_publishers", "origin"))) {
            TestNode.connect(careful, a);
            byte[] manifest = a.pushImage("lab/x", "1", layer(1));
            assertEquals(404, careful.get("/v2/lab/x/manifests/1").statusCode());
            careful.mesh.origins.add(a.mesh.self());
            assertArrayEquals(manifest, careful.get("/v2/lab/x/manifests/1").body());
        }
    }

    @Test
    void aManifestWhoseLayerLeftTheMeshIsNotAnswered() throws Exception {
        a.pushImage("lab/x", "1", layer(1));
        a.store.delete(StoreWriter.digest(layer(1), "sha256"));
        assertEquals(404, b.get("/v2/lab/x/manifests/1").statusCode());
        assertEquals(404, a.get("/v2/lab/x/manifests/1").statusCode());
    }
}
