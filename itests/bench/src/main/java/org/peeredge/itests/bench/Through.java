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
import org.peeredge.itests.lab.UpstreamRegistry;

/**
 * A node without peers: a cold pull by skopeo through it, against skopeo from the same registry, in
 * turn.
 */
final class Through {
    private static final int RUNS = 5;
    private static final int LAYERS = 4;
    private static final int LAYER_BYTES = 12 << 20;

    private Through() {}

    static List<Figure> measure(Path work) throws IOException {
        List<Figure> rows = new ArrayList<>();
        rows.add(link(work, 100, "<= 1.15", "1.03"));
        rows.add(link(work, 0, "published", ""));
        return rows;
    }

    private static Figure link(Path work, int megabits, String must, String aim)
            throws IOException {
        Path here = work.resolve("link" + megabits);
        Path storage = here.resolve("registry");
        for (int i = 0; i <= RUNS; i++) {
            Path layout = here.resolve("layout" + i);
            TestImage.write(
                    layout,
                    i * 7919L,
                    Collections.nCopies(LAYERS, new Layer(LAYER_BYTES, Packing.GZIP)));
            TestImage.publish(layout, storage, "bench/through", "t" + i);
        }
        List<Double> ours = new ArrayList<>();
        List<Double> direct = new ArrayList<>();
        try (Lab lab = Lab.oneLan(Distribution.root(), 2, megabits);
                UpstreamRegistry upstream =
                        UpstreamRegistry.start(lab.in("h0"), Lab.address(0), 5000, storage);
                LabMesh mesh = new LabMesh(lab, here.resolve("mesh"))) {
            mesh.startAlone("h1");
            for (int i = 0; i <= RUNS; i++) {
                double through =
                        pull(lab, "127.0.0.1:7450/bench/through:t" + i, here.resolve("a" + i));
                double straight =
                        pull(
                                lab,
                                Lab.address(0) + ":" + upstream.port() + "/bench/through:t" + i,
                                here.resolve("b" + i));
                if (i > 0) { // the first warms the node up
                    ours.add(through);
                    direct.add(straight);
                }
            }
        }
        String name =
                "no peers: cold pull through a node vs direct, "
                        + (megabits == 0 ? "no link limit" : megabits + " Mbit/s");
        return Figure.of(name, ours, direct, must, aim, "s");
    }

    private static double pull(Lab lab, String reference, Path into) {
        return lab.run(
                        "h1",
                        Duration.ofMinutes(3),
                        Map.of(),
                        "skopeo",
                        "copy",
                        "--quiet",
                        "--src-tls-verify=false",
                        "docker://" + reference,
                        "dir:" + into)
                .ok()
                .seconds();
    }
}
