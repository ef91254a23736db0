// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.routing.api.strategy.RoutingStrategy;

/** Settings changed while the fleet works: strategies on all members, limits at one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BROKEN = "throws";
    private static final String ROUTING = "org.peeredge.routing.engine";
    private static final String FLOW = "org.peeredge.dts.engine.flow";
    private static final int LIMITED_BYTES = 64 << 20;
    private static final int SETTLE_BYTES = 2_000_000;
    private static final int MEASURED_BYTES = 12_000_000;
    private static final int MORE_TRIES = 1;

    /** After so many a receipt is due, as long as nothing else is configured. */
    private static final int RECEIPT_BYTES = 8 << 20;

    private static final int SIGNED_BYTES = 2 * RECEIPT_BYTES;

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

    /** Set, changed and taken back by Config Admin while a pull runs, which goes on. */
    @Test
    void aLimitThatChangesDuringAPullIsKept() throws Exception {
        Image image = nodes.image(13, LIMITED_BYTES);
        TestNodes.push(origin, "lab/limited", "1", image);
        limit("8M");
        CompletableFuture<List<String>> pull =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return TestNodes.pull(edge, "lab/limited", "1");
                    } catch (IOException | InterruptedException e) {
                        throw new CompletionException(e);
                    }
                });
        try {
            near(8e6);
            limit("4M");
            near(4e6);
            JsonNode row = nodes.json("dts:flow").get(0);
            assertEquals("limit.up", row.get("limit").asText());
            assertEquals("4000000", row.get("value").asText());
            limit("fast");
            TestNodes.await(
                    "the bad value is named",
                    () ->
                            TestNodes.logged(origin, "ERROR").stream()
                                    .anyMatch(l -> l.contains("limit.up = 'fast'")));
            assertEquals("4000000", nodes.json("dts:flow").get(0).get("value").asText());
        } finally {
            nodes.command("config:property-delete --pid " + FLOW + " limit.up");
        }
        pull.get(30, TimeUnit.SECONDS);
        assertEquals(0, nodes.json("dts:flow").size());
        assertEquals(
                1,
                origin.log().lines().filter(l -> l.contains("engine of node")).count(),
                "the engine has not started anew");
    }

    /** What both have signed about a pull, as an operator looks at it. */
    @Test
    void theShellShowsWhatBothEndsSigned() throws Exception {
        TestNodes.push(origin, "lab/signed", "1", nodes.image(17, SIGNED_BYTES));
        double before = given().path("delivered_bytes").asDouble();
        TestNodes.pull(edge, "lab/signed", "1");
        TestNodes.await(
                "both have signed for most of it",
                () -> given().path("delivered_bytes").asDouble() >= before + RECEIPT_BYTES);
        JsonNode row = given();
        String other = nodes.json("mesh:member-list").get(0).get("node").asText();
        assertEquals(other, row.get("taker").asText(), row::toString);
        assertTrue(row.get("number").asLong() >= 1, row::toString);
        assertTrue(row.get("pieces").asLong() >= RECEIPT_BYTES / 262_144, row::toString);
        assertEquals(0, row.get("forks").asLong(), row::toString);
        assertTrue(Instant.parse(row.get("at").asText()).isBefore(Instant.now().plusSeconds(60)));
        String table = nodes.command("dts:receipts");
        assertTrue(table.contains("delivered_bytes"), table);
        assertTrue(table.contains(new NodeId(other).shortName()), table);
    }

    /** The last receipt for what the origin gave to the edge. */
    private JsonNode given() throws IOException {
        String self = nodes.json("mesh:info").get(0).get("node").asText();
        for (JsonNode row : nodes.json("dts:receipts")) {
            if (row.get("giver").asText().equals(self)) {
                return row;
            }
        }
        return MissingNode.getInstance();
    }

    private void limit(String value) throws IOException {
        nodes.command("config:property-set --pid " + FLOW + " limit.up " + value);
    }

    /** In how many bytes per second the next {@code bytes} come, after a moment to settle in. */
    private Rate rateAtEdge(long bytes) throws Exception {
        Mark begin = awaitAtEdge(TestNodes.received(edge) + SETTLE_BYTES);
        Mark end = awaitAtEdge(begin.bytes + bytes);
        double came = (end.bytes - begin.bytes) * 1e9;
        return new Rate(
                came / (end.afterNanos - begin.beforeNanos),
                came / Math.max(1, end.beforeNanos - begin.afterNanos));
    }

    /** Between these two: a busy machine may take long to say how much has come. */
    private record Rate(double least, double most) {}

    /** So much had come at some time between the question and its answer. */
    private record Mark(long bytes, long beforeNanos, long afterNanos) {}

    private Mark awaitAtEdge(long bytes) throws Exception {
        Mark[] mark = {new Mark(0, 0, 0)};
        TestNodes.await(
                "the edge has received " + bytes + " bytes",
                () -> {
                    long before = System.nanoTime();
                    mark[0] = new Mark(TestNodes.received(edge), before, System.nanoTime());
                    return mark[0].bytes >= bytes;
                });
        return mark[0];
    }

    /** A measurement that says too little is made again. */
    private void near(double limit) throws Exception {
        Rate rate = rateAtEdge(MEASURED_BYTES);
        for (int i = 0; i < MORE_TRIES && rate.most - rate.least > limit / 4; i++) {
            rate = rateAtEdge(MEASURED_BYTES);
        }
        String found =
                String.format(
                        Locale.ROOT,
                        "limit %.0f bytes/s, found %.0f to %.0f",
                        limit,
                        rate.least,
                        rate.most);
        System.out.println(found);
        assertTrue(rate.least <= 1.1 * limit && rate.most >= 0.9 * limit, found);
        assertTrue(rate.most - rate.least <= limit / 2, () -> "measured too coarsely: " + found);
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
