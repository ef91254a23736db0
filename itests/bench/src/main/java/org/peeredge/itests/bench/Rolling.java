// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Topology.Link;

/**
 * A rolling update: eight members have an image of five layers, nodes and clients alike, and pull a
 * version in which the last two are new. Clients take no layer that they have, also where they ask
 * the registry itself.
 */
final class Rolling implements Experiment {
    private static final int LAYERS = 5;
    private static final int NEW = 2;
    private static final int FACTOR = 4;

    private static final Scenario SCENARIO =
            new Scenario(
                    "rolling",
                    "one LAN, N = 8, 2 of 5 layers are new",
                    Topology.oneLan(8, Link.of(100)).dividedBy(FACTOR),
                    FACTOR,
                    0,
                    false,
                    "",
                    List.of(Arena.HELPED, Arena.PLAIN, Arena.BASELINE));

    private long seed;

    @Override
    public String id() {
        return SCENARIO.id();
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        List<SwarmRun> runs = Rounds.measure(SCENARIO, work, tries, this::update);
        return new Outcome(
                SCENARIO.title(),
                runs,
                List.of(
                        SwarmRow.of("mean", "s", runs, SwarmRun::mean)
                                .versus(Arena.BASELINE, true)
                                .goal(">= 3", ">= 3", "5"),
                        SwarmRow.of("mean", "s", runs, SwarmRun::mean),
                        SwarmRow.of("last done", "s", runs, SwarmRun::last),
                        SwarmRow.of(
                                "origin copies of what is new", "x", runs, SwarmRun::originCopies)),
                Distributions.bounds(SCENARIO, runs));
    }

    private Rounds.Task update(Arena arena, String system)
            throws IOException, InterruptedException {
        seed += 15_485_863;
        List<Layer> layers = SCENARIO.layers(LAYERS);
        arena.pull(system, arena.publish(seed, layers));
        List<Layer> changed = new ArrayList<>(layers.subList(0, LAYERS - NEW));
        for (Layer layer : layers.subList(LAYERS - NEW, LAYERS)) {
            changed.add(new Layer(layer.bytes(), layer.packing(), 1));
        }
        Content update = arena.publish(seed, changed);
        double bytes = 0;
        for (Path blob : update.blobs().subList(LAYERS - NEW, LAYERS + 1)) {
            bytes += Files.size(blob);
        }
        return new Rounds.Task(update, bytes);
    }
}
