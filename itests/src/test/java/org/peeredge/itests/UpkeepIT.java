// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * What a node gives back by time: uploads that were abandoned, and the room of images that their
 * tag has left, on its real store.
 */
@Tag("beside")
class UpkeepIT {
    private static final int MIB = 1 << 20;

    @TempDir private Path folder;

    @Test
    void abandonedUploadsAndOldImagesGiveTheirRoomBack() throws Exception {
        Map<String, Map<String, String>> config =
                Map.of(
                        "org.peeredge.dts.registry",
                        Map.of("upload.expiry.seconds", "10"),
                        "org.peeredge.dts.store",
                        Map.of("quota.bytes", Integer.toString(30 * MIB)));
        try (TestNodes nodes = new TestNodes(folder, config)) {
            NodeProcess node = nodes.origin();
            abandonUpload(node);
            assertEquals(1, uploads(node));

            // Each push beyond the second needs the room of an old one.
            Image kept = nodes.image(1, 6 * MIB);
            TestNodes.push(node, "lab/kept", "1", kept);
            for (int version = 1; version <= 4; version++) {
                Image image = nodes.image(1, 6 * MIB, version * MIB + 8 * MIB);
                TestNodes.push(node, "lab/moving", "latest", image);
                assertEquals(digests(image), TestNodes.pull(node, "lab/moving", "latest"));
                assertTrue(pinned(nodes, digests(image)));
                TestNodes.await(
                        "only what the tags name is pinned", () -> pins(nodes) == pinsWanted());
            }
            assertEquals(digests(kept), TestNodes.pull(node, "lab/kept", "1"));
            assertTrue(pinned(nodes, digests(kept)), "the layer of another tag is still pinned");

            TestNodes.await("the upload is dropped", () -> uploads(node) == 0);
            assertEquals(List.of(), TestNodes.logged(node, "ERROR"));
        }
    }

    /** An empty configuration, the shared layer, the new layer, two manifests. */
    private static long pinsWanted() {
        return 5;
    }

    private static void abandonUpload(NodeProcess node) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest begin =
                    HttpRequest.newBuilder(TestNodes.uri(node, "/v2/lab/x/blobs/uploads/"))
                            .header("Authorization", "Bearer " + TestNodes.pushToken(node))
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build();
            assertEquals(202, http.send(begin, BodyHandlers.discarding()).statusCode());
        }
    }

    private static long uploads(NodeProcess node) throws IOException {
        try (Stream<Path> files = Files.list(TestNodes.data(node).resolve("registry/uploads"))) {
            return files.count();
        }
    }

    private static List<String> digests(Image image) {
        return image.blobs().stream().map(blob -> blob.digest()).toList();
    }

    private static boolean pinned(TestNodes nodes, List<String> digests) throws IOException {
        return blobs(nodes)
                .filter(blob -> blob.get("pinned").asBoolean())
                .map(blob -> blob.get("digest").asText())
                .toList()
                .containsAll(digests);
    }

    private static long pins(TestNodes nodes) throws IOException {
        return blobs(nodes).filter(blob -> blob.get("pinned").asBoolean()).count();
    }

    private static Stream<JsonNode> blobs(TestNodes nodes) throws IOException {
        return nodes.json("dts:blob-list").valueStream();
    }
}
