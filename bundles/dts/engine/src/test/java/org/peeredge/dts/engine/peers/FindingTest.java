// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.discovery.Discovery;
import org.peeredge.dts.engine.peers.World.Node;

/**
 * Trackers and searches over real connections, in virtual time. Two hours without a tracker stand
 * for the day of {@code -Dpeeredge.hours=24}.
 */
class FindingTest {
    private static final Digest BLOB = new Digest("sha256", "0123456789abcdef".repeat(4));

    private static final int HOURS = Integer.getInteger("peeredge.hours", 2);

    private final World world = new World(3);
    private final List<Node> nodes = new ArrayList<>();

    private void neighbours(int count) {
        for (int number = 1; number <= count; number++) {
            nodes.add(number == 1 ? world.node(1) : world.node(number, 1));
        }
        nodes.forEach(Node::start);
        assertTrue(world.until(() -> nodes.stream().allMatch(n -> n.up.size() == count - 1)));
        world.time.run(Duration.ofSeconds(30));
    }

    private Node tracker() {
        List<Node> trackers =
                nodes.stream().filter(n -> n.peers.finding().status().epoch() > 0).toList();
        assertEquals(1, trackers.size(), "trackers");
        return trackers.getFirst();
    }

    private Discovery.Result find(Node asker) {
        List<Discovery.Result> result = new ArrayList<>();
        var _ = asker.peers.finding().find(BLOB).thenAccept(result::add);
        assertTrue(world.until(() -> !result.isEmpty()));
        return result.getFirst();
    }

    @Test
    void theTrackerKnowsTheHolder() {
        neighbours(6);
        Node tracker = tracker();
        Node holder = nodes.stream().filter(n -> n != tracker).findFirst().get();
        holder.peers.finding().holds(BLOB, true);
        world.time.run(Duration.ofSeconds(10));
        assertEquals(1, tracker.peers.finding().status().keys());
        Discovery.Result found = find(nodes.getLast());
        assertEquals(holder == nodes.getLast() ? Set.of() : Set.of(holder.id), found.holders());
    }

    @Test
    void hoursWithoutTrackerAndBootstrapNode() {
        neighbours(8);
        Node before = tracker();
        Node first = nodes.getFirst();
        Node holder = nodes.stream().filter(n -> n != before && n != first).findFirst().get();
        Node asker =
                nodes.stream()
                        .filter(n -> n != before && n != first && n != holder)
                        .findFirst()
                        .get();
        holder.peers.finding().holds(BLOB, true);
        world.time.run(Duration.ofSeconds(10));
        before.stop();
        if (first != before) {
            first.stop();
        }
        assertEquals(Set.of(holder.id), find(asker).holders(), "at once");
        nodes.remove(before);
        nodes.remove(first);
        world.time.run(Duration.ofSeconds(20));
        Node after = tracker();
        assertNotEquals(before.id, after.id);
        world.time.run(Duration.ofHours(HOURS));
        assertEquals(after.id, tracker().id);
        assertEquals(Set.of(holder.id), find(asker).holders(), "hours later");
        assertEquals(nodes.size() - 1, asker.up.size(), () -> asker.id + " has " + asker.up);
    }

    @Test
    void idleConnectionsSayLittle() {
        neighbours(5);
        world.time.run(Duration.ofMinutes(5));
        Node node = nodes.getLast();
        double before = bytes(node);
        world.time.run(Duration.ofMinutes(20));
        double perSecond = (bytes(node) - before) / 1200;
        assertTrue(perSecond < 5, "bytes of messages sent a second: " + perSecond);
        assertEquals(4, node.up.size());
    }

    private static double bytes(Node node) {
        double all = 0;
        for (String kind : List.of("content", "members", "ping", "question", "discovery")) {
            all += node.metrics.value("peeredge_dts_engine_control_sent_bytes_total", "kind", kind);
        }
        return all;
    }
}
