// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.ops.quickstart.LocalMesh;
import org.peeredge.ops.quickstart.NodeProcess;
import org.peeredge.ops.quickstart.NodeSpec;

/** A node whose first start finds nothing to install comes up when it can be found. */
@Tag("beside")
class BootIT {
    private static final String TRYING = "the node is not up, trying again";
    private static final String COMPLETE = "the start left out";

    @TempDir private Path folder;

    @Test
    void aNodeThatFoundNoFeaturesComesUpOnceTheyAreThereAndLeavesItAtThat() throws Exception {
        Path late = folder.resolve("late.xml");
        NodeSpec spec = spec(late);
        try (NodeProcess node = NodeProcess.start(spec)) {
            TestNodes.await("it says what is missing", node, () -> node.log().contains(TRYING));
            String failed = node.log();
            assertFalse(failed.contains(COMPLETE), failed);
            assertFalse(TestNodes.answers(node), failed);

            Files.copy(features(spec.distribution()), late);
            TestNodes.awaitReady(node);
            TestNodes.await("it says that it is up", node, () -> node.log().contains(COMPLETE));

            node.kill();
            String before = node.log();
            TestNodes.restart(node);
            String after = node.log().substring(before.length());
            assertFalse(after.contains(COMPLETE), after);
            assertFalse(after.contains("| ERROR "), after);
        }
    }

    /** Where its features are described, there is nothing yet. */
    private NodeSpec spec(Path late) throws Exception {
        return new NodeSpec(
                "node",
                Distribution.unpack("edge", folder),
                folder.resolve("node"),
                LocalMesh.freePorts(),
                Map.of(
                        "org.apache.karaf.features",
                        Map.of(
                                "featuresRepositories",
                                karaf("standard")
                                        + ", "
                                        + karaf("framework")
                                        + ", "
                                        + late.toUri()),
                        "org.peeredge.kernel.node",
                        Map.of("mesh.create", "true")),
                List.of(),
                "");
    }

    private static String karaf(String features) {
        return "mvn:org.apache.karaf.features/%s/%s/xml/features"
                .formatted(features, System.getProperty("karaf.version"));
    }

    private static Path features(Path distribution) throws IOException {
        try (Stream<Path> files = Files.walk(distribution.resolve("system/org/peeredge"))) {
            return files.filter(f -> f.toString().endsWith("-features.xml"))
                    .findAny()
                    .orElseThrow();
        }
    }
}
