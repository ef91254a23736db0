// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.engine.discovery.MeshSim.Node;
import org.peeredge.dts.engine.wire.Limits;

/** More trackers than one keeps: they are parted, and what is held is found all the same. */
class SlicesTest {
    private static final long SECOND = MeshSim.SECOND;
    private static final int NETWORKS = 60;
    private static final int KIN = 12;

    /** Of a few keys. */
    private static final int FILTER_BYTES = 64;

    private final MeshSim sim =
            new MeshSim(
                    5,
                    new DiscoverySettings(
                            Duration.ofMinutes(6),
                            Duration.ofSeconds(2),
                            Duration.ofMinutes(1),
                            Duration.ofMinutes(30),
                            Duration.ofSeconds(5),
                            3,
                            KIN));

    private void start() {
        for (int n = 0; n < NETWORKS; n++) {
            for (int i = 0; i < 3; i++) {
                Node node = sim.node(n);
                node.discovery.hold(Keys.mix(node.number));
            }
        }
        sim.nodes.forEach(Node::start);
        sim.run(600 * SECOND);
    }

    private List<Node> trackers() {
        return sim.nodes.stream().filter(n -> n.alive && n.tracker()).toList();
    }

    /** Asks from each third node for what a node of another network holds, one after another. */
    private int missed() {
        List<Node> alive = new ArrayList<>(sim.nodes);
        alive.removeIf(n -> !n.alive);
        int missed = 0;
        for (int i = 0; i < alive.size(); i += 3) {
            Node holder = alive.get((i + alive.size() / 2) % alive.size());
            Set<?> found = sim.find(alive.get(i), Keys.mix(holder.number)).holders();
            missed += found.equals(Set.of(holder.id)) ? 0 : 1;
        }
        return missed;
    }

    @Test
    void theSlicesOfADepthAreAllIdsAndNoneTwice() {
        for (int depth = 0; depth <= Limits.MAX_SLICE_BITS; depth++) {
            long all = 0;
            for (long number = 0; number < 1 << depth; number++) {
                long slice = depth == 0 ? 7 : (number << (Long.SIZE - depth)) | 7;
                long cells = Slices.cells(slice, depth);
                assertEquals(number, Slices.number(slice, depth));
                assertEquals(0, all & cells, "twice at depth " + depth);
                all |= cells;
            }
            assertEquals((1L << (1 << Limits.MAX_SLICE_BITS)) - 1, all, "depth " + depth);
        }
        assertTrue(Slices.same(0b10L << 62, 0b11L << 62, 1));
        assertTrue(!Slices.same(0b10L << 62, 0b11L << 62, 2));
    }

    @Test
    void noTrackerKeepsAllAndAllIsFound() {
        start();
        List<Node> trackers = trackers();
        assertTrue(trackers.size() >= NETWORKS / 2, trackers.size() + " trackers");
        for (Node tracker : trackers) {
            long filters = tracker.discovery.status().filterBytes() / FILTER_BYTES;
            assertTrue(filters > 0 && filters <= KIN, filters + " filters of " + trackers.size());
        }
        assertEquals(0, missed());
    }

    @Test
    void aThirdOfTheTrackersDiesAndAllThatIsLeftIsFound() {
        start();
        List<Node> trackers = trackers();
        for (int i = 0; i < trackers.size(); i += 3) {
            trackers.get(i).kill();
        }
        sim.run(600 * SECOND);
        assertEquals(0, missed());
    }

    @Test
    void theSameSeedGivesTheSameMesh() {
        start();
        MeshSim first = sim;
        SlicesTest again = new SlicesTest();
        again.start();
        for (Node node : first.nodes) {
            Node other = again.sim.nodes.get(node.number);
            assertEquals(node.discovery.status(), other.discovery.status());
            assertEquals(List.copyOf(node.links.keySet()), List.copyOf(other.links.keySet()));
        }
    }
}
