// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.peeredge.itests.lab.Distribution;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.TestImage;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.itests.lab.Together;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Traffic;
import org.peeredge.itests.lab.UpstreamRegistry;

/**
 * Four warm nodes in one LAN of 25 Mbit/s links pull 32 MiB at once; the origin is docker-registry
 * with an origin node beside it, on a link of the same rate. The bound is what the origin's link
 * takes for one copy, counted in frames (S x 1514/1448 / rate). Beside it, in the same lab: skopeo
 * straight from docker-registry.
 */
final class OneLan {
    private static final int NODES = 4;
    private static final int MEGABITS = 25;
    private static final int RUNS = 3;
    private static final int LAYERS = 4;
    private static final int LAYER_BYTES = 8 << 20;
    private static final List<String> HOSTS =
            Topology.oneLan(NODES, Topology.Link.of(MEGABITS)).members();

    private OneLan() {}

    static List<Figure> measure(Path work) throws IOException, InterruptedException {
        Path storage = work.resolve("registry");
        double size = 0;
        for (int i = 0; i <= RUNS; i++) {
            Path layout = work.resolve("layout" + i);
            TestImage.write(
                    layout,
                    104_729L * (i + 1),
                    Collections.nCopies(LAYERS, new Layer(LAYER_BYTES, Packing.GZIP)));
            TestImage.publish(layout, storage, "bench/lan", "t" + i);
            size = LAYERS * (double) LAYER_BYTES;
        }
        double bound = Bounds.seconds(size, MEGABITS);
        List<Double> ours = new ArrayList<>();
        List<Double> ourCopies = new ArrayList<>();
        List<Double> base = new ArrayList<>();
        List<Double> baseCopies = new ArrayList<>();
        try (Lab lab = Lab.oneLan(Distribution.root(), NODES + 1, MEGABITS);
                UpstreamRegistry upstream =
                        UpstreamRegistry.start(lab.in("h0"), "0.0.0.0", 5000, storage);
                LabMesh mesh = new LabMesh(lab, work.resolve("mesh"))) {
            mesh.startOrigin(Map.of());
            for (int n = 1; n <= NODES; n++) {
                mesh.startEdge(n, Map.of());
            }
            for (int i = 0; i <= RUNS; i++) {
                double[] mine =
                        round(
                                lab,
                                "127.0.0.1:7450/bench/lan:t" + i,
                                work.resolve("ours" + i),
                                size);
                if (i == 0) {
                    continue; // warms the nodes up
                }
                double[] theirs =
                        round(
                                lab,
                                Lab.address(0) + ":" + upstream.port() + "/bench/lan:t" + i,
                                work.resolve("base" + i),
                                size);
                ours.add(mine[0] / bound);
                ourCopies.add(mine[1]);
                base.add(theirs[0] / bound);
                baseCopies.add(theirs[1]);
            }
        }
        return List.of(
                peer(
                        "one LAN, N=4, 25 Mbit/s: last done / bound (peer: skopeo from docker-registry)",
                        ours,
                        base,
                        "<= 1.6",
                        "1.25"),
                peer(
                        "one LAN, N=4, 25 Mbit/s: origin copies",
                        ourCopies,
                        baseCopies,
                        "<= 1.5",
                        "1.1"));
    }

    /** Must and aim are of ours, not of the ratio to the peer. */
    private static Figure peer(
            String name, List<Double> ours, List<Double> base, String must, String aim) {
        Figure own = Figure.of(name, ours, must, aim, "x");
        return new Figure(
                name,
                own.ours(),
                Figure.median(base),
                own.ratio(),
                must,
                aim,
                "x",
                own.spread(),
                own.ratios());
    }

    /** Seconds until the last client is done, and copies that left the origin. */
    private static double[] round(Lab lab, String reference, Path into, double size)
            throws InterruptedException {
        long before = lab.bytes("h0")[0];
        Map<String, Double> seconds =
                Together.run(
                        HOSTS,
                        0,
                        host ->
                                lab.run(
                                                host,
                                                Duration.ofMinutes(5),
                                                Map.of(),
                                                "skopeo",
                                                "copy",
                                                "--quiet",
                                                "--src-tls-verify=false",
                                                "docker://" + reference,
                                                "dir:" + into + host)
                                        .ok());
        return new double[] {
            Collections.max(seconds.values()), (lab.bytes("h0")[0] - before) / (size * Traffic.WIRE)
        };
    }
}
