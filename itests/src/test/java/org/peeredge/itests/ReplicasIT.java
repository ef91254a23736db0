// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.ops.quickstart.NodeProcess;

/** An image outlives the only node that it was pushed to, disk and all. */
@Tag("beside")
class ReplicasIT {
    private static final String REPOSITORY = "lab/copied";
    private static final String NAME = "nowhere.test/lab/copied:1";
    private static final String KEPT_BYTES = "peeredge_dts_replicas_kept_bytes";

    @TempDir private Path folder;

    @Test
    void contentOutlivesItsPublisher() throws Exception {
        Map<String, String> config =
                Map.of(
                        "copies", "1",
                        "check.seconds", "1",
                        "repair.after.seconds", "3",
                        "lease.seconds", "600");
        try (TestNodes nodes = new TestNodes(folder, Map.of("org.peeredge.dts.replicas", config))) {
            NodeProcess origin = nodes.origin();
            List<NodeProcess> edges = nodes.edges(2);
            NodeProcess publisher = edges.getFirst();
            NodeProcess other = edges.getLast();
            TestNodes.await("all know each other", () -> TestNodes.connected(publisher) == 2);
            TestNodes.push(publisher, REPOSITORY, "1", nodes.image(1, 3 << 20, 700_000));
            TestNodes.await(
                    "a copy is there, and complete", () -> complete(origin) || complete(other));
            boolean atOrigin = complete(origin);

            publisher.kill();
            delete(publisher.spec().home().resolve("data"));
            NodeProcess puller = atOrigin ? other : origin;
            assertEquals(0, TestNodes.metric(puller, KEPT_BYTES));
            assertTrue(!TestNodes.pull(puller, REPOSITORY, "1").isEmpty());
            assertTrue(TestNodes.received(puller) >= 3 << 20, "it came from the copy");

            // Both have it now; what the dead publisher wanted is ended, and a pin begun.
            nodes.json("dts:unpin " + NAME);
            TestNodes.await(
                    "the copy is let go",
                    () ->
                            TestNodes.metric(origin, KEPT_BYTES) == 0
                                    && TestNodes.metric(other, KEPT_BYTES) == 0);
            JsonNode pinned = nodes.json("dts:pin " + NAME).get(0);
            assertEquals(1, pinned.get("after").asInt());
            TestNodes.await("the pin has its copy", () -> complete(other));
            JsonNode row = nodes.json("dts:replica-list").get(0);
            assertEquals("pinned", row.get("role").asText());
            assertEquals("well", row.get("state").asText());
            assertEquals(1, row.get("keepers").size());
            for (NodeProcess node : List.of(origin, other)) {
                assertEquals(List.of(), TestNodes.logged(node, "ERROR"));
            }
        }
    }

    /** Whether it keeps a copy and has all of it in its store. */
    private static boolean complete(NodeProcess node) throws Exception {
        double kept = TestNodes.metric(node, KEPT_BYTES);
        return kept > 0 && TestNodes.metric(node, "peeredge_dts_store_stored_bytes") >= kept;
    }

    private static void delete(Path tree) throws Exception {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
