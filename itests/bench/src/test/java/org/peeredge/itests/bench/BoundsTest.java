// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Topology.Lan;
import org.peeredge.itests.lab.Topology.Link;

class BoundsTest {
    private static final double BYTES = 67_134_736;
    private static final Link FAST = Link.of(100);

    @Test
    void inOneLanTheOriginSendsOneCopyOrAll() {
        Topology eight = Topology.oneLan(8, FAST);
        assertEquals(5.62, Bounds.swarm(eight, BYTES), 0.01);
        assertEquals(44.9, Bounds.registry(eight, BYTES), 0.1);
    }

    @Test
    void dividingRatesAndBytesChangesNothing() {
        Topology topology = Topology.oneLan(8, FAST);
        assertEquals(
                Bounds.swarm(topology, BYTES),
                Bounds.swarm(topology.dividedBy(4), BYTES / 4),
                1e-9);
    }

    @Test
    void uplinksOfLansBind() {
        Topology three =
                new Topology(
                        FAST, true, Collections.nCopies(3, Lan.of(4, Link.of(200), Link.of(40))));
        assertEquals(14.04, Bounds.swarm(three, BYTES), 0.01);
        assertEquals(67.4, Bounds.registry(three, BYTES), 0.1);
    }

    @Test
    void membersThatCannotSendLeaveItToTheOrigin() {
        Topology deaf = new Topology(FAST, false, List.of(Lan.of(4, new Link(0.001, 100), FAST)));
        assertEquals(Bounds.registry(deaf, BYTES), Bounds.swarm(deaf, BYTES), 0.01);
    }
}
