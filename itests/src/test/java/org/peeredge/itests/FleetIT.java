// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.routing.api.strategy.RoutingStrategy;

/** The strategy changed on other members, a headless one among them, and by a file. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BROKEN = "throws";
    private static final String ROUTING = "org.peeredge.routing.engine";

    private @TempDir static Path folder;
    private TestNodes nodes;
    private NodeProcess origin;
    private NodeProcess edge;

    @BeforeAll
    void start() throws Exception {
        // Long enough for a busy machine to make a plan within it.
        nodes =
                new TestNodes(
                        folder,
                        Map.of(
                                ROUTING,
                                Map.of(
                                        "fleet.watch.millis", "5000",
                                        "fleet.timeout.millis", "60000")));
        origin = nodes.origin();
        edge = nodes.edges(1).getFirst();
    }

    @AfterAll
    void stop() {
        nodes.close();
    }

    @Test
    void aMemberRollsBackWhereTheNewStrategyFails() throws Exception {
        Path jar = folder.resolve("broken.jar");
        String bundle = BrokenPlugin.write(jar, RoutingStrategy.class, BROKEN, BROKEN);
        Path deployed =
                Files.createDirectories(edge.spec().home().resolve("deploy")).resolve("broken.jar");

        try (PullLoad load = new PullLoad(folder, origin, edge)) {
            load.awaitOneMore();
            Files.copy(jar, deployed);
            nodes.command("bundle:install -s file:" + jar);
            TestNodes.await(
                    "the headless node has it", () -> use(BROKEN, edge).startsWith("changed"));
            assertEquals("changed", use("network", edge));
            load.awaitOneMore();
            int before = inForce(edge);
            CompletableFuture<JsonNode> changes =
                    CompletableFuture.supplyAsync(() -> useEverywhere(BROKEN));
            TestNodes.await("it is in force at the edge", () -> inForce(edge) > before);
            Files.createFile(edge.spec().home().resolve("data").resolve(BROKEN));
            JsonNode edges = row(changes.get(), edge);
            assertTrue(edges.get("outcome").asText().startsWith("rolled back: "), edges::toString);
            assertEquals("network", edges.get("after").asText());
            assertEquals("changed", row(changes.get(), origin).get("outcome").asText());
            load.awaitOneMore();
            Files.delete(deployed);
            nodes.command("bundle:uninstall " + bundle);
            TestNodes.await(
                    "the headless node has lost it",
                    () -> use(BROKEN, edge).contains("there is no strategy '" + BROKEN + "'"));
            load.awaitOneMore();
            load.mustBeWell();
        } finally {
            nodes.command("routing:strategy-use network");
        }
    }

    @Test
    void theConfigurationChangesItToo() throws Exception {
        Path file = origin.spec().home().resolve("etc/" + ROUTING + ".cfg");
        String before = Files.readString(file);
        Files.writeString(
                file, before.replaceAll("(?m)^strategy *=.*$", "") + "\nstrategy = random\n");
        TestNodes.await("random is in force", () -> state("random").equals("in force"));
        nodes.command("routing:strategy-use network");
        assertEquals("in force", state("network"));
    }

    private String state(String strategy) throws Exception {
        for (JsonNode row : nodes.json("routing:strategy-list")) {
            if (row.get("type").asText().equals(strategy)) {
                return row.get("state").asText();
            }
        }
        return "absent";
    }

    /** Times that the broken strategy came into force at a node. */
    private static int inForce(NodeProcess node) throws Exception {
        List<String> lines = node.log().lines().toList();
        return (int)
                lines.stream()
                        .filter(l -> l.contains("Strategy " + BROKEN + " is in force"))
                        .count();
    }

    /** The table of a change, which the command prints also when it fails at some nodes. */
    private JsonNode useEverywhere(String strategy) {
        String command = "routing:strategy-use --json --nodes all " + strategy;
        try {
            return JSON.readTree(nodes.command(command));
        } catch (IOException failed) {
            String text = String.valueOf(failed.getMessage());
            try {
                return JSON.readTree(text.substring(text.indexOf("[{")));
            } catch (JsonProcessingException | IndexOutOfBoundsException noTable) {
                throw new CompletionException(failed);
            }
        }
    }

    /** What came of a change at one node. */
    private String use(String strategy, NodeProcess node) throws Exception {
        return row(useEverywhere(strategy), node).get("outcome").asText();
    }

    private JsonNode row(JsonNode rows, NodeProcess node) throws Exception {
        String self = nodes.json("mesh:info").get(0).get("node").asText();
        for (JsonNode row : rows) {
            boolean own = row.get("node").asText().equals(self);
            if (own == node.equals(origin)) {
                return row;
            }
        }
        throw new AssertionError("no row of " + node.spec().name() + " in " + rows);
    }
}
