// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.engine.discovery.MeshSim.Node;

/** Elections, hand-over and searches, in virtual time. */
class DiscoveryTest {
    private static final long SECOND = MeshSim.SECOND;
    private static final long LEASE = DiscoverySettings.defaults().lease().toNanos();

    private final MeshSim sim = new MeshSim(7, DiscoverySettings.defaults());

    private void networks(int count, int size) {
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < size; i++) {
                sim.node(n);
            }
        }
    }

    private void start() {
        sim.nodes.forEach(Node::start);
        sim.run(40 * SECOND);
    }

    private Node tracker(int network) {
        List<Node> trackers = sim.trackers(network);
        assertEquals(1, trackers.size(), "trackers of network " + network);
        return trackers.getFirst();
    }

    @Test
    void oneTrackerInEachNetworkAndAllReportToIt() {
        networks(3, 8);
        start();
        for (int n = 0; n < 3; n++) {
            assertEquals(7, tracker(n).discovery.status().members());
        }
    }

    @Test
    void aBlobOfAnotherNetworkIsFoundThroughTheTrackers() {
        networks(12, 8);
        Node holder = sim.nodes.getLast();
        holder.discovery.hold(42);
        start();
        sim.run(120 * SECOND); // two rounds of news
        Node asker = sim.nodes.getFirst();
        Discovery.Result found = sim.find(asker, 42);
        assertEquals(Set.of(holder.id), found.holders());
        assertEquals("tracker", found.how());
        assertTrue(found.elapsedNanos() < SECOND, "took " + found.elapsedNanos());
        assertEquals(Set.of(), sim.find(asker, 43).holders());
    }

    @Test
    void anotherTrackerTakesOverAndKnowsWhatIsHeld() {
        networks(1, 10);
        Node holder = sim.nodes.get(3);
        holder.discovery.hold(42);
        start();
        Node before = tracker(0);
        before.kill();
        assertTrue(sim.until(() -> sim.trackers(0).size() == 1, LEASE), "no tracker");
        assertNotEquals(before.id, tracker(0).id);
        sim.run(10 * SECOND);
        Node asker = sim.nodes.stream().filter(n -> n.alive && n != holder).findFirst().get();
        if (before != holder) {
            assertEquals(Set.of(holder.id), sim.find(asker, 42).holders());
        }
    }

    @Test
    void searchesGoOnWhileThereIsNoTracker() {
        networks(2, 12);
        Node holder = sim.nodes.get(13);
        start();
        Node asker = sim.nodes.getFirst();
        holder.discovery.hold(42);
        for (Node node : List.copyOf(sim.nodes)) {
            if (node.tracker() && node != holder && node != asker) {
                node.kill();
            }
        }
        Discovery.Result found = sim.find(asker, 42); // before anyone took over
        assertEquals(Set.of(holder.id), found.holders());
        assertEquals("neighbours", found.how());
    }

    @Test
    void twoTrackersOfAHealedNetworkBecomeOne() {
        sim.cutNetworks = true;
        networks(1, 12);
        start();
        assertEquals(2, sim.trackers(0).size());
        sim.cutNetworks = false;
        assertTrue(sim.until(() -> sim.trackers(0).size() == 1, 120 * SECOND));
        assertTrue(
                sim.until(() -> tracker(0).discovery.status().members() == 11, 60 * SECOND),
                "not all report to it");
    }

    @Test
    void aTrackerThatStopsHandsOverAtOnce() {
        networks(1, 6);
        start();
        Node before = tracker(0);
        before.discovery.stop();
        before.alive = false;
        assertTrue(sim.until(() -> sim.trackers(0).size() == 1, 15 * SECOND));
        assertNotEquals(before.id, tracker(0).id);
    }

    @Test
    void whatIsDroppedIsNotFoundAndChangesArrive() {
        networks(1, 4);
        start();
        Node tracker = tracker(0);
        Node holder = sim.nodes.stream().filter(n -> n != tracker).findFirst().get();
        for (long key = 1; key <= 2000; key++) {
            holder.discovery.hold(Keys.mix(key));
        }
        sim.run(20 * SECOND);
        assertEquals(2000, tracker.discovery.status().keys());
        holder.discovery.drop(Keys.mix(9));
        sim.run(20 * SECOND);
        assertEquals(1999, tracker.discovery.status().keys());
        assertEquals(Set.of(), sim.find(sim.nodes.getLast(), Keys.mix(9)).holders());
    }

    @Test
    void nodesWithoutNeighboursShareTrackers() {
        networks(60, 1);
        Node holder = sim.nodes.getLast();
        holder.discovery.hold(42);
        start();
        sim.run(300 * SECOND);
        long trackers = sim.nodes.stream().filter(Node::tracker).count();
        assertTrue(trackers >= 1 && trackers <= 30, trackers + " trackers of 60");
        assertEquals(Set.of(holder.id), sim.find(sim.nodes.getFirst(), 42).holders());
    }

    @Test
    void aTrackerThatRestartsIsBelievedAgain() {
        networks(8, 4);
        start();
        sim.run(120 * SECOND);
        Node tracker = tracker(0);
        long epoch = tracker.discovery.status().epoch();
        assertFalse(sim.nodes.isEmpty());
        tracker.kill();
        sim.run(60 * SECOND);
        tracker.alive = true;
        tracker.start();
        sim.run(120 * SECOND);
        assertTrue(tracker(0).discovery.status().epoch() > epoch);
    }
}
