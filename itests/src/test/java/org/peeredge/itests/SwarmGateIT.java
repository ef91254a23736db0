// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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
import org.peeredge.itests.lab.Together;
import org.peeredge.itests.lab.Traffic;

/**
 * The swarm, small: four nodes in one LAN pull an image at the same moment, and the origin sends it
 * about once, in about the time that its link takes for that; with a node beside the registry, and
 * with the registry alone. The links are so slow that they bind and not the cores, so the figures
 * hold on a busy machine too; those of quiet ones are measured by {@code itests/bench/run swarm
 * p1}.
 */
@Needs(lab = true)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SwarmGateIT {
    private static final int NODES = 4;
    private static final int MEGABITS = 12;

    /** Four copies when everybody asks the registry, two when members swarm without a plan. */
    private static final double COPIES = 1.4;

    /** Less than one cannot be: then it is the counter that fails. */
    private static final double LEAST_COPIES = 0.95;

    /** Four times the bound when everybody asks the registry. */
    private static final double SLOWER = 2;

    private static final String TOPOLOGY =
            """
            {"defaults": {"host": {"up": "%1$dmbit", "down": "%1$dmbit"}}, "lans": {"A": {"hosts": %2$d}}}
            """
                    .formatted(MEGABITS, NODES + 1);

    @TempDir private static Path folder;
    private final Map<String, Client> clients = new TreeMap<>();
    private Rig rig;

    @BeforeAll
    void start() throws Exception {
        rig = Rig.up(folder, TOPOLOGY, NODES);
        for (int n = 1; n <= NODES; n++) {
            clients.put("h" + n, new Skopeo(rig.lab(), "h" + n, folder.resolve("s" + n)));
        }
    }

    @AfterAll
    void stop() {
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    @Order(1)
    void theOriginSendsAboutOneCopyInAboutTheTimeOfOne() throws Exception {
        gate("origin");
    }

    @Test
    @Order(2)
    void theRegistryAloneSendsAboutOneCopyInAboutTheTimeOfOne() throws Exception {
        rig.mesh().node("h0").close();
        gate("registry");
    }

    private void gate(String source) throws Exception {
        // What a node's first pull takes beside the transfer is not the swarm's.
        pullEverywhere(clients, rig.publish("gate/first-" + source, layers(200_000)));

        LabImage image = rig.publish("gate/" + source, layers(3 << 20));
        double bytes = bytes(image) * Traffic.WIRE;
        long before = rig.lab().bytes("h0")[0];
        double seconds = pullEverywhere(clients, image);
        double copies = (rig.lab().bytes("h0")[0] - before) / bytes;
        double bound = bytes * 8 / (MEGABITS * 1e6);
        String seen =
                "%.2f s with a bound of %.2f s: %.2f; %.2f copies from the %s"
                        .formatted(seconds, bound, seconds / bound, copies, source);
        System.out.println(NODES + " nodes: " + seen);
        assertTrue(copies <= COPIES, seen);
        assertTrue(copies >= LEAST_COPIES, seen);
        assertTrue(seconds <= bound * SLOWER, seen);
    }

    private static List<Layer> layers(int bytes) {
        return Collections.nCopies(3, new Layer(bytes, Packing.GZIP));
    }

    /** Seconds until the last one has the image, whole. */
    private static double pullEverywhere(Map<String, Client> clients, LabImage image)
            throws Exception {
        Map<String, Double> seconds =
                Together.run(
                        List.copyOf(clients.keySet()),
                        0,
                        host -> Objects.requireNonNull(clients.get(host)).pull(image).ok());
        for (Client client : clients.values()) {
            client.verify(image);
        }
        return Collections.max(seconds.values());
    }

    /** Of all blobs: the clients take all architectures. */
    private static double bytes(LabImage image) throws Exception {
        double sum = 0;
        try (Stream<Path> blobs = Files.list(image.layout().resolve("blobs/sha256"))) {
            for (Path blob : blobs.toList()) {
                sum += Files.size(blob);
            }
        }
        return sum;
    }
}
