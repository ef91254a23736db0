// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.DatagramSocket;
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

/** Members that know nothing of each other but the mesh find each other by multicast. */
@Tag("beside")
class DiscoveryIT {
    @TempDir private Path folder;

    @Test
    void membersOfOneLanFindEachOtherWithoutAList() throws Exception {
        Map<String, Map<String, String>> config =
                Map.of(
                        "org.peeredge.dts.engine",
                        Map.of("lan.discovery", "true", "lan.port", "" + freePort()));
        try (TestNodes nodes = new TestNodes(folder, config)) {
            NodeProcess origin = nodes.origin();
            NodeProcess edge = nodes.edges(1).getFirst();
            List<NodeProcess> both = List.of(origin, edge);
            for (NodeProcess node : both) {
                node.kill();
            }
            TestNodes.forgetBootstrap(edge);
            for (NodeProcess node : both) {
                forgetMembers(node);
                node.restart();
            }
            for (NodeProcess node : both) {
                TestNodes.awaitReady(node);
            }
            TestNodes.await("they are connected", () -> TestNodes.connected(edge) == 1);
            TestNodes.push(origin, "lab/x", "1", nodes.image(1, 300_000));
            assertEquals(TestNodes.pull(origin, "lab/x", "1"), TestNodes.pull(edge, "lab/x", "1"));
        }
    }

    private static int freePort() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Last-known members are among the store's records. */
    private static void forgetMembers(NodeProcess node) throws Exception {
        try (Stream<Path> files = Files.walk(TestNodes.data(node).resolve("store"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
