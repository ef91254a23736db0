// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.ops.quickstart.Image;
import org.peeredge.ops.quickstart.LocalMesh;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * A manifest and a blob of one byte that the node does not have yet, from a neighbour, through a
 * warm node.
 */
final class SmallBlob {
    private static final int WARM_UP = 30;
    private static final int RUNS = 40;

    private SmallBlob() {}

    static List<Figure> measure(Path work) throws IOException, InterruptedException {
        Path full = Distribution.unpack("full", work);
        Path edge = Distribution.unpack("edge", work);
        List<Double> millis = new ArrayList<>();
        try (LocalMesh mesh = new LocalMesh(work.resolve("nodes"), full, edge);
                HttpClient http = HttpClient.newHttpClient()) {
            NodeProcess origin = mesh.startOrigin(Map.of());
            NodeProcess node = mesh.startEdges(1, Map.of()).getFirst();
            for (int i = 0; i < WARM_UP + RUNS; i++) {
                String tag = "small" + i;
                Image image = Http.publish(origin, work, tag, i, 1);
                long start = System.nanoTime();
                Http.read(http, node, "/manifests/" + tag, "");
                Http.read(http, node, "/blobs/" + image.blobs().getLast().digest(), "");
                if (i >= WARM_UP) {
                    millis.add((System.nanoTime() - start) / 1e6);
                }
            }
        }
        return List.of(
                Figure.of(
                        "manifest and 1-byte blob through a warm node",
                        millis,
                        "<= 50",
                        "10",
                        "ms"));
    }
}
