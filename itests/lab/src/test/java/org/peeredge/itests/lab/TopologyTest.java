// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.itests.lab.Topology.Lan;
import org.peeredge.itests.lab.Topology.Link;

class TopologyTest {
    @Test
    void noLanOfMembersHasTheNameOfTheOrigins() {
        Link link = Link.of(100);
        Topology many = new Topology(link, true, Collections.nCopies(25, Lan.of(1, link, link)));
        List<String> names = many.lanNames();
        assertEquals("N", names.get(13));
        assertEquals("P", names.get(14));
        assertEquals(25, Set.copyOf(names).size());
        assertFalse(names.contains(Topology.ORIGIN_LAN));
    }
}
