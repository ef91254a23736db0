// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;

/**
 * A codec is installed in every node of a mesh, measured and chosen; then pulls come as symbols of
 * its code. Two members hold each image before skopeo pulls it at a third one.
 */
@Needs(lab = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CodedIT {
    private static final String FEATURE = "peeredge-dts-codec-rs";
    private static final String BUNDLE = "org.peeredge.dts.codec.rs";
    private static final String TYPE = "rs";

    private static final List<String> HOLDERS = List.of("h1", "h2");
    private static final String PULLER = "h3";
    private static final List<String> ALL = List.of("h0", "h1", "h2", PULLER);

    private static final String CODED_GROUPS = "peeredge_dts_engine_coded_groups_total";

    /** A codec uses some seconds of CPU time before it appears. */
    private static final Duration WARM = Duration.ofSeconds(60);

    /** The puller's link is the one that binds. */
    private static final String TOPOLOGY =
            """
            {"defaults": {"host": {"up": "1gbit", "down": "1gbit"}},
             "lans": {"A": {"hosts": {"h0": {}, "h1": {}, "h2": {}, "h3": {"down": "40mbit"}}}}}
            """;

    private static final List<Layer> LAYERS =
            List.of(new Layer(9 << 20, Packing.GZIP), new Layer(5 << 20, Packing.GZIP));

    /** What takes long enough for two bundles to be restarted meanwhile. */
    private static final List<Layer> MANY =
            List.of(new Layer(16 << 20, Packing.GZIP), new Layer(14 << 20, Packing.GZIP));

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder;
    private Rig rig;

    @BeforeAll
    void start() throws Exception {
        rig = Rig.upServers(folder, TOPOLOGY, 3);
        ALL.parallelStream().forEach(h -> rig.mesh().command(h, "feature:install " + FEATURE));
        for (String host : ALL) {
            awaitCodec(host);
        }
    }

    @AfterAll
    void stop() {
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    void whatTheBenchMeasuresIsRemembered() throws Exception {
        JsonNode rows = json(PULLER, "dts:codec-bench --json " + TYPE);
        assertTrue(!rows.isEmpty(), "no row");
        for (JsonNode row : rows) {
            assertEquals(TYPE, row.get("type").asText(), row::toString);
            assertTrue(row.get("encode_mb_s").asLong() > 0, row::toString);
            assertTrue(row.get("decode_mb_s").asLong() > 0, row::toString);
        }
        JsonNode kept =
                rows.valueStream()
                        .filter(r -> r.get("remembered").asBoolean())
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("nothing remembered: " + rows));
        JsonNode listed = listed(PULLER).orElseThrow();
        for (String speed : List.of("encode_mb_s", "decode_mb_s")) {
            assertEquals(kept.get(speed), listed.get(speed), listed::toString);
        }
    }

    @Test
    void aPullByACodeIsWholeAndComesFromBothHolders() throws Exception {
        use(TYPE);
        LabImage image = heldByTwo("whole", LAYERS);
        List<Numbers> before = HOLDERS.stream().map(rig::numbers).toList();
        double groups = codedGroups();
        pull(image).mustSucceed();
        assertTrue(codedGroups() > groups, "no group came as symbols");
        for (int i = 0; i < HOLDERS.size(); i++) {
            String host = HOLDERS.get(i);
            assertTrue(rig.numbers(host).sent() > before.get(i).sent(), host + " sent nothing");
        }
        assertNothingBad();
    }

    @Test
    void theCodecIsRestartedHereAndAtAHolderWhileAPullRuns() throws Exception {
        use(TYPE);
        LabImage image = heldByTwo("restarted", MANY);
        rig.lab().netlab("set", PULLER, "down=16mbit").ok();
        try {
            double groups = codedGroups();
            Pulls pull = pull(image);
            String server = pull.awaitServer();
            assertTrue(codedGroups() > groups, "no group came as symbols");
            for (String host : List.of(PULLER, server)) {
                pull.mustRun();
                Path home = rig.mesh().node(host).spec().home();
                BundleRestart.of(BUNDLE, home, pull::mustRun);
            }
            pull.mustSucceed();
            awaitCodec(PULLER);
            awaitCodec(server);
        } finally {
            rig.lab().netlab("set", PULLER, "down=40mbit").ok();
        }
        double groups = codedGroups();
        pull(heldByTwo("afterwards", LAYERS)).mustSucceed();
        assertTrue(codedGroups() > groups, "the codec that came back is not used");
        assertNothingBad();
    }

    /** The last one: until then the node was told what to use. */
    @Test
    @Order(Integer.MAX_VALUE)
    void nothingIsCodedByDefaultWhereNothingIsLost() throws Exception {
        use("auto");
        LabImage image = heldByTwo("plain", LAYERS);
        double groups = codedGroups();
        pull(image).mustSucceed();
        assertEquals(groups, codedGroups());
    }

    private void use(String type) throws Exception {
        JsonNode change = json(PULLER, "dts:codec-use --json " + type).get(0);
        assertEquals(type, change.get("after").asText(), change::toString);
    }

    private double codedGroups() {
        return rig.numbers(PULLER).get(CODED_GROUPS);
    }

    private void assertNothingBad() {
        assertEquals(0, rig.numbers(PULLER).bad(), "bytes that did not match their hash");
    }

    private LabImage heldByTwo(String name, List<Layer> layers) throws Exception {
        LabImage image = rig.publish("coded/" + name, layers);
        List<Client> holders =
                List.of(
                        new Skopeo(rig.lab(), "h1", folder.resolve("h1s")),
                        new Skopeo(rig.lab(), "h2", folder.resolve("h2s")));
        new Pulls(rig, holders, image).mustSucceed();
        return image;
    }

    private Pulls pull(LabImage image) throws Exception {
        Client skopeo = new Skopeo(rig.lab(), PULLER, folder.resolve("s"));
        return new Pulls(rig, List.of(skopeo), image);
    }

    private void awaitCodec(String host) throws Exception {
        Condition.await(TYPE + " is at " + host, WARM, () -> listed(host).isPresent());
    }

    /** Its row in the list of codecs that a node has. */
    private Optional<JsonNode> listed(String host) throws Exception {
        Stream<JsonNode> rows = json(host, "dts:codec-list --json").valueStream();
        return rows.filter(row -> row.get("type").asText().equals(TYPE))
                .filter(row -> !row.get("bundle").asText().equals("not installed"))
                .findFirst();
    }

    private JsonNode json(String host, String command) throws Exception {
        return JSON.readTree(rig.mesh().command(host, command));
    }
}
