// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.ops.quickstart.NodeProcess;

/** What three nodes keep when all of them are killed at once and started again. */
@Tag("beside")
class RestartIT {
    private static final String KEPT = "lab/kept";

    @TempDir private Path folder;

    @Test
    void killedNodesComeBackWithAllTheyHadAndFindEachOther() throws Exception {
        try (TestNodes nodes = new TestNodes(folder, Map.of())) {
            killAllAndCompare(nodes);
        }
    }

    private static void killAllAndCompare(TestNodes nodes) throws Exception {
        NodeProcess origin = nodes.origin();
        List<NodeProcess> edges = nodes.edges(2);
        NodeProcess first = edges.getFirst();
        NodeProcess second = edges.getLast();

        TestNodes.push(origin, KEPT, "1", nodes.image(1, 3 << 20, 700_000));
        TestNodes.push(first, KEPT, "edge", nodes.image(2, 600_000));
        List<String> digests = TestNodes.pull(first, KEPT, "1");
        assertChanged(nodes, "network");
        String token = nodes.token("--uses 2");
        JoinDoor door = new JoinDoor(origin);
        TlsParty revoked = door.member(token);
        nodes.command("mesh:revoke " + revoked.key().id().hex());
        TestNodes.await(
                "the edges know the revocation",
                () -> revocationNumber(first) == 1 && revocationNumber(second) == 1);
        JsonNode info = nodes.json("mesh:info").get(0);
        Map<NodeProcess, Kept> before = kept(origin, first, second);

        // The edges know each other only by what they were told; that must outlive the kill too.
        awaitAllConnected(origin, first, second);
        for (NodeProcess node : List.of(origin, first, second)) {
            node.kill();
        }
        TestNodes.forgetBootstrap(first);
        TestNodes.forgetBootstrap(second);
        for (NodeProcess node : List.of(origin, first, second)) {
            node.restart();
        }
        for (NodeProcess node : List.of(origin, first, second)) {
            TestNodes.awaitReady(node);
        }
        awaitAllConnected(origin, first, second);

        assertEquals(before, kept(origin, first, second));
        JsonNode after = nodes.json("mesh:info").get(0);
        for (String field :
                List.of("node", "mesh", "roles", "authority_here", "revocation_number")) {
            assertEquals(info.get(field), after.get(field), field);
        }
        assertEquals("random", strategy(nodes));
        assertChanged(nodes, "random");
        assertEquals(0, nodes.json("dts:store-check").get(0).get("damaged").asInt());

        assertEquals(digests, TestNodes.pull(first, KEPT, "1"), "all is still on the first edge");
        assertEquals(0, TestNodes.received(first), "so nothing is fetched");
        assertEquals(digests, TestNodes.pull(second, KEPT, "1"), "and the second one gets it");
        TestNodes.pull(origin, KEPT, "edge");

        assertFalse(RawChannel.letsIn(revoked, origin), "revoked stays revoked");
        assertFalse(RawChannel.letsIn(revoked, first), "revoked stays revoked");
        door.member(token);
        assertEquals(403, door.join(TlsParty.selfSigned(), token).status(), "uses are counted on");
        assertNoErrors(origin, first, second);

        theEdgesNeedNoOrigin(nodes, origin, first, second);
    }

    /** Without bootstrap list, origin and discovery there are only the last-known peers. */
    private static void theEdgesNeedNoOrigin(
            TestNodes nodes, NodeProcess origin, NodeProcess first, NodeProcess second)
            throws Exception {
        origin.kill();
        TestNodes.push(first, KEPT, "late", nodes.image(3, 900_000));
        second.kill();
        TestNodes.restart(second);
        TestNodes.await("the edges are connected", () -> TestNodes.connected(second) == 1);
        TestNodes.pull(second, KEPT, "late");
        assertTrue(TestNodes.received(second) >= 900_000);
    }

    /** What must be the same, byte for byte. */
    private record Kept(List<Integer> identity, String pushToken) {}

    private static Map<NodeProcess, Kept> kept(NodeProcess... all) throws IOException {
        Map<NodeProcess, Kept> kept = new HashMap<>();
        for (NodeProcess node : all) {
            List<Integer> hashes = new ArrayList<>();
            for (String file : List.of("node.key", "membership.pem")) {
                Path path = TestNodes.data(node).resolve("node").resolve(file);
                hashes.add(java.util.Arrays.hashCode(Files.readAllBytes(path)));
            }
            kept.put(node, new Kept(hashes, TestNodes.pushToken(node)));
        }
        return kept;
    }

    private static void awaitAllConnected(NodeProcess... all) throws Exception {
        for (NodeProcess node : all) {
            TestNodes.await(
                    node.spec().name() + " is connected to the others",
                    () -> TestNodes.connected(node) == all.length - 1);
        }
    }

    private static long revocationNumber(NodeProcess node)
            throws IOException, InterruptedException {
        return (long) TestNodes.metric(node, "peeredge_kernel_node_revocation_list_number");
    }

    /** Puts {@code random} in force on all three, each of which had {@code before}. */
    private static void assertChanged(TestNodes nodes, String before) throws IOException {
        JsonNode changes = nodes.json("routing:strategy-use --nodes all random");
        assertEquals(3, changes.size(), changes::toString);
        for (JsonNode change : changes) {
            assertEquals(before, change.get("before").asText(), changes::toString);
            assertEquals("random", change.get("after").asText(), changes::toString);
        }
    }

    private static String strategy(TestNodes nodes) throws IOException {
        for (JsonNode strategy : nodes.json("routing:strategy-list")) {
            if (strategy.get("state").asText().contains("in force")) {
                return strategy.get("type").asText();
            }
        }
        throw new AssertionError("no strategy is in force");
    }

    private static void assertNoErrors(NodeProcess... all) throws IOException {
        for (NodeProcess node : all) {
            assertEquals(List.of(), TestNodes.logged(node, "ERROR"));
            assertEquals(
                    0,
                    Files.exists(TestNodes.data(node).resolve("store/index.mv.damaged")) ? 1 : 0,
                    "the index survives the kill");
        }
    }
}
