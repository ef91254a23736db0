// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.engine.discovery.LinkPolicy.View;
import org.peeredge.kernel.api.NodeId;

/** Both sides of each bound, for a node with 64 places. */
class LinkPolicyTest {
    private static final int MANY = 1_000;

    private final LinkPolicy policy = new LinkPolicy(64);
    private final SplittableRandom random = new SplittableRandom(11);
    private final List<View> links = new ArrayList<>();

    private NodeId link(boolean near, boolean idle, boolean needed) {
        NodeId node = new NodeId("%040x".formatted(links.size() + 1));
        links.add(new View(node, near, idle, needed));
        return node;
    }

    private void idle(int count, boolean near) {
        for (int i = 0; i < count; i++) {
            link(near, true, false);
        }
    }

    private List<NodeId> leaving(long nanos) {
        return policy.leaving(links, MANY, random, nanos);
    }

    @Test
    void ofFewMembersAllAreSoughtAndNoneIsGivenUp() {
        assertFalse(policy.many(48));
        assertTrue(policy.seeksFar(48, 47));
        assertTrue(policy.seeksNear(48, 47));
        assertFalse(policy.crowded(48, 48, true));
        idle(24, true);
        idle(24, false);
        assertEquals(List.of(), policy.leaving(links, 48, random, 0));
        assertEquals(List.of(), policy.leaving(links, 48, random, 100 * LinkPolicy.TURN_NANOS));
    }

    @Test
    void ofManyItSeeksNeighboursAndAFewOthers() {
        assertTrue(policy.many(49));
        assertTrue(policy.seeksFar(49, 3));
        assertFalse(policy.seeksFar(49, 4));
        assertTrue(policy.seeksNear(49, 39));
        assertFalse(policy.seeksNear(49, 40));
    }

    @Test
    void neighboursLeaveRoomForThoseFromElsewhere() {
        assertFalse(policy.crowded(49, 55, false));
        assertTrue(policy.crowded(49, 56, false));
        assertFalse(policy.crowded(49, 47, true));
        assertTrue(policy.crowded(49, 48, true));
    }

    @Test
    void aNodeWithFewPlacesStillSeeksBothKinds() {
        LinkPolicy small = new LinkPolicy(1);
        assertTrue(small.many(1));
        assertTrue(small.seeksNear(1, 0));
        assertFalse(small.seeksNear(1, 1));
        assertTrue(small.seeksFar(1, 1));
        assertFalse(small.seeksFar(1, 2));
    }

    @Test
    void neighboursBeyondThoseKeptGoTwoAtATime() {
        idle(48, true);
        assertEquals(List.of(), leaving(0));
        idle(1, true);
        assertEquals(1, leaving(1).size());
        idle(9, true);
        List<NodeId> out = leaving(2);
        assertEquals(2, new HashSet<>(out).size());
    }

    @Test
    void othersBeyondThoseKeptGoTwoAtATime() {
        idle(9, false);
        assertEquals(1, leaving(0).size());
        idle(4, false);
        assertEquals(2, new HashSet<>(leaving(1)).size());
    }

    @Test
    void whoIsBusyOrNeededStays() {
        for (int i = 0; i < 30; i++) {
            link(false, false, false);
            link(false, true, true);
            link(true, false, false);
            link(true, true, true);
        }
        assertEquals(List.of(), leaving(0));
        NodeId free = link(false, true, false);
        NodeId neighbour = link(true, true, false);
        assertEquals(List.of(free, neighbour), leaving(1));
    }

    /** So that nobody can surround a node for long. */
    @Test
    void oneOfTheOthersMakesRoomNowAndThen() {
        idle(4, false);
        long turn = LinkPolicy.TURN_NANOS;
        assertEquals(List.of(), leaving(0), "the first look starts the clock");
        assertEquals(List.of(), leaving(turn / 2 - 1));
        assertEquals(1, leaving(turn * 3 / 2).size());
        Set<NodeId> gone = new HashSet<>();
        int turns = 0;
        for (long now = turn * 3 / 2; now < 100 * turn; now += Scene.SECOND) {
            List<NodeId> out = leaving(now);
            turns += out.size();
            gone.addAll(out);
        }
        assertTrue(turns >= 80 && turns <= 125, "in 98 periods " + turns + " made room");
        assertEquals(4, gone.size(), "it can be any of them");
    }

    @Test
    void nobodyMakesRoomWhileOthersAreStillSought() {
        idle(3, false);
        for (long now = 0; now < 10 * LinkPolicy.TURN_NANOS; now += 60 * Scene.SECOND) {
            assertEquals(List.of(), leaving(now));
        }
    }
}
