// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.routing.api.strategy.RoutingStrategy;

/**
 * Plugins swapped again and again in a node that works: no pull fails, no other bundle notices, and
 * nothing stays behind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SwapIT {
    private static final int SWAPS = 100;

    /** Swaps that come first, so that pools and caches have the size that they keep. */
    private static final int WARM_UP = 10;

    private static final String CODED = "org.peeredge.dts.codec.rs";
    private static final String CODED_FEATURE = "peeredge-dts-codec-rs";
    private static final String CODED_GROUPS = "peeredge_dts_engine_coded_groups_total";
    private static final int CODED_EACH = 20;

    private static final String ABANDONED_THREADS = "peeredge_dts_engine_abandoned_threads";

    private static final String STRATEGY_TRIPS = "peeredge_routing_strategy_trips_total";
    private static final String PLUGIN_TRIPS = "peeredge_dts_engine_plugins_tripped_total";
    private static final String PLAN_FAILURES = "peeredge_routing_plan_failures_total";

    private static final Duration SETTLED = Duration.ofSeconds(30);

    /** Classes that the JVM itself makes or drops on its way; a bundle that stays has more. */
    private static final long SPARE_CLASSES = 300;

    /** The allocator's chunks come in this size; one may be held back. */
    private static final long SPARE_DIRECT_BYTES = 4 << 20;

    private @TempDir static Path folder;
    private TestNodes nodes;
    private NodeProcess origin;
    private NodeProcess edge;
    private NodeDriver originDriver;
    private NodeDriver edgeDriver;

    @BeforeAll
    void start() throws Exception {
        // A member to dial for whoever brings that type of channel; the edge has another list.
        nodes =
                new TestNodes(
                        folder,
                        Map.of(
                                "org.peeredge.dts.engine",
                                Map.of("bootstrap", "hangs://127.0.0.1:9")));
        origin = nodes.origin();
        edge = nodes.edges(1).getFirst();
        originDriver = NodeDriver.in(origin);
        edgeDriver = NodeDriver.in(edge);
    }

    @AfterAll
    void stop() {
        nodes.close();
    }

    @ParameterizedTest
    @CsvSource({
        "origin, org.peeredge.dts.codec.none",
        "origin, org.peeredge.routing.strategy.network",
        "origin, org.peeredge.dts.channel.tcp",
        "edge, org.peeredge.dts.channel.tcp"
    })
    void aSwapUnderLoadIsSeenByNobody(String node, String bundle) throws Exception {
        NodeDriver driver = node.equals("origin") ? originDriver : edgeDriver;
        seenByNobody(driver, bundle, _ -> {});
    }

    /**
     * A codec that is new is warmed up before groups come by it again, which takes seconds: so not
     * each of them is waited for, and the others are swapped while they warm up.
     */
    @Test
    void aCodecIsSwappedWhileGroupsComeAsItsSymbols() throws Exception {
        nodes.command("feature:install " + CODED_FEATURE);
        try {
            deploy(edge, "org.peeredge.dts.coding");
            deploy(edge, CODED);
            TestNodes.await(
                    "the codec is warm, and may be chosen",
                    () ->
                            nodes.json("dts:codec-list")
                                    .valueStream()
                                    .anyMatch(row -> row.get("type").asText().equals("rs")));
            nodes.command("dts:codec-use rs");
            seenByNobody(
                    originDriver,
                    CODED,
                    swaps -> {
                        if (swaps % CODED_EACH == WARM_UP) {
                            double groups = TestNodes.metric(origin, CODED_GROUPS);
                            TestNodes.await(
                                    "groups come by the codec that is new",
                                    () -> TestNodes.metric(origin, CODED_GROUPS) > groups);
                        }
                    });
        } finally {
            nodes.command("dts:codec-use auto");
            nodes.command("feature:uninstall " + CODED_FEATURE);
        }
    }

    /** Puts a bundle of the full assembly into a node without a shell. */
    private void deploy(NodeProcess node, String bundle) throws IOException {
        Path all = origin.spec().distribution().resolve("system/org/peeredge").resolve(bundle);
        Path deploy = Files.createDirectories(node.spec().home().resolve("deploy"));
        try (Stream<Path> files = Files.walk(all)) {
            Path jar = files.filter(f -> f.toString().endsWith(".jar")).findFirst().orElseThrow();
            Path whole = Files.copy(jar, deploy.resolveSibling(bundle + ".jar"));
            Files.move(whole, deploy.resolve(bundle + ".jar"));
        }
    }

    /** What is looked at after each swap. */
    private interface Check {
        void after(int swaps) throws Exception;
    }

    private void seenByNobody(NodeDriver driver, String bundle, Check check) throws Exception {
        swapUnderLoad(driver, bundle, WARM_UP, check);
        List<String> errors = TestNodes.logged(origin, "ERROR");
        Map<String, Long> before = driver.residue();
        String others = driver.others(bundle);
        driver.events(bundle);

        swapUnderLoad(driver, bundle, SWAPS, check);

        assertEquals("", driver.events(bundle), "what happened to other bundles");
        assertEquals(others, driver.others(bundle), "other bundles and their components");
        Residues.awaitNoMore(driver, before, SETTLED, SPARE_CLASSES, SPARE_DIRECT_BYTES);
        assertEquals(errors, TestNodes.logged(origin, "ERROR"));
        assertEquals(List.of(), TestNodes.logged(edge, "ERROR"));
    }

    /** A strategy that works comes, is used, and goes while it is in force. */
    @Test
    void aStrategyComesFromAFileAndGoesWhilePullsGoOn() throws Exception {
        try (PullLoad load = new PullLoad(folder, origin, edge)) {
            load.awaitOneMore();
            String bundle = install(RoutingStrategy.class, "works", "works");
            try {
                assertEquals("ready", state("works"));
                nodes.command("routing:strategy-use works");
                assertEquals("in force", state("works"));
                load.awaitOneMore();
            } finally {
                nodes.command("bundle:uninstall " + bundle);
            }
            assertEquals("absent", state("works"));
            assertEquals("in force", state("network"), "the one before takes over");
            load.awaitOneMore();
            nodes.command("routing:strategy-use network");
            load.awaitOneMore();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "hangs", "leaks"})
    void aStrategyThatBreaksDownIsTrippedOffAndNamed(String how) throws Exception {
        Path breaks = origin.spec().home().resolve("data").resolve(how);
        double trips = TestNodes.metric(origin, STRATEGY_TRIPS);
        try (PullLoad load = new PullLoad(folder, origin, edge)) {
            load.awaitOneMore();
            String bundle = install(RoutingStrategy.class, how, how);
            try {
                nodes.command("routing:strategy-use " + how);
                assertEquals("in force", state(how));
                load.awaitOneMore();
                breaksDown(how, breaks, load);
            } finally {
                Files.deleteIfExists(breaks);
                nodes.command("bundle:uninstall " + bundle);
                nodes.command("routing:strategy-use network");
            }
            load.awaitOneMore();
        }
        assertEquals(trips + 1, TestNodes.metric(origin, STRATEGY_TRIPS));
        if (how.equals("hangs")) {
            awaitLogged("came back from its strategy");
        } else if (how.equals("leaks")) {
            awaitLogged("it leaks: a plan left [leaked] running");
            assertEquals(1, TestNodes.metric(origin, PLAN_FAILURES + "{reason=\"leaked\"}"));
        }
    }

    private void breaksDown(String how, Path breaks, PullLoad load) throws Exception {
        Files.createFile(breaks);
        TestNodes.await(
                how + " is tripped off",
                () -> {
                    load.awaitOneMore();
                    return state(how).startsWith("tripped: ");
                });
        assertEquals("in force", state("network"), "the one before takes over");
        awaitLogged("Strategy " + how + " is tripped off: it ");
        load.awaitOneMore();
    }

    /** Of a type of its own: what goes on over {@code tcp} does not notice. */
    @ParameterizedTest
    @CsvSource({
        "throws, failed 5 times in a row",
        "hangs, listen did not complete",
        "leaks, listen did not complete"
    })
    void aChannelThatBreaksDownIsTrippedOffAndNamed(String how, String reason) throws Exception {
        isNamedWhilePullsGoOn(
                ChannelProvider.class,
                how,
                how,
                "channel plugin '" + how + "' is out of use: " + reason);
    }

    /** It claims to be the better {@code tcp}, so every piece that the origin sends meets it. */
    @Test
    void aChannelThatThrowsWhenItSendsIsTrippedOffAndNamed() throws Exception {
        isNamedWhilePullsGoOn(
                ChannelProvider.class,
                "tcp",
                "throws",
                "channel plugin 'tcp' is out of use: its channels threw 3 times");
    }

    /** It claims to be the better {@code none}, so every piece that the origin sends meets it. */
    @ParameterizedTest
    @CsvSource({
        "throws, failed 3 times in a row",
        "hangs, a call did not return within",
        "leaks, it leaks: a call did not return within"
    })
    void aCodecThatBreaksDownIsTrippedOffAndNamed(String how, String reason) throws Exception {
        isNamedWhilePullsGoOn(
                CodecProvider.class, "none", how, "codec plugin 'none' is out of use: " + reason);
        if (!how.equals("throws")) {
            awaitLogged("codec 'none' has kept thread ");
            awaitLogged("came back from its codec");
            TestNodes.await(
                    "no thread is lost", () -> TestNodes.metric(origin, ABANDONED_THREADS) == 0);
        }
    }

    private void isNamedWhilePullsGoOn(Class<?> family, String type, String how, String text)
            throws Exception {
        double trips = TestNodes.metric(origin, PLUGIN_TRIPS);
        try (PullLoad load = new PullLoad(folder, origin, edge)) {
            load.awaitOneMore();
            String bundle = install(family, type, how);
            try {
                TestNodes.await(
                        "the log says: " + text,
                        () -> {
                            load.mustBeWell();
                            return origin.log().contains(text);
                        });
                load.awaitOneMore();
            } finally {
                nodes.command("bundle:uninstall " + bundle);
            }
            load.awaitOneMore();
        }
        assertEquals(trips + 1, TestNodes.metric(origin, PLUGIN_TRIPS));
    }

    private String install(Class<?> family, String type, String how) throws Exception {
        Path jar = Files.createTempDirectory(folder, "plugin").resolve(type + ".jar");
        String name = BrokenPlugin.write(jar, family, type, how);
        nodes.command("bundle:install -s file:" + jar);
        return name;
    }

    private String state(String strategy) throws Exception {
        for (JsonNode row : nodes.json("routing:strategy-list")) {
            if (row.get("type").asText().equals(strategy)) {
                return row.get("state").asText();
            }
        }
        return "absent";
    }

    private void awaitLogged(String text) throws Exception {
        TestNodes.await("the log says: " + text, () -> origin.log().contains(text));
    }

    private void swapUnderLoad(NodeDriver driver, String bundle, int times, Check check)
            throws Exception {
        try (PullLoad load = new PullLoad(folder, origin, edge)) {
            load.awaitOneMore();
            long start = System.nanoTime();
            for (int i = 0; i < times; i++) {
                driver.swap(bundle);
                load.awaitOneMore();
                check.after(i + 1);
            }
            load.mustBeWell();
            System.out.printf(
                    "%s: %d swaps in %.1f s, %d pulls, the slowest %d ms%n",
                    bundle,
                    times,
                    (System.nanoTime() - start) / 1e9,
                    load.pulls(),
                    load.slowest().toMillis());
        }
    }
}
