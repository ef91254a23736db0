// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.peeredge.kernel.api.NodeId;

/** Who keeps what: the same for everybody who asks, spread evenly, without a table. */
final class Placement {
    /**
     * A member that could keep a copy.
     *
     * @param sameLan whether it shares the asking node's failure domain
     * @param roomBytes what it gives to copies
     */
    record Candidate(NodeId node, boolean sameLan, long roomBytes) {}

    private Placement() {}

    /**
     * Those with room, best first: members of other LANs before neighbours, which one power cut may
     * take together with this node; among these by rendezvous, weighted with the room that each
     * gives (Schindelhauer and Schomaker 2005, "Weighted Distributed Hash Tables").
     */
    static List<Candidate> order(Item.Id id, long sizeBytes, List<Candidate> candidates) {
        List<Candidate> fitting = new ArrayList<>(candidates);
        fitting.removeIf(c -> c.roomBytes() < Math.max(0, sizeBytes));
        fitting.sort(
                Comparator.comparing(Candidate::sameLan)
                        .thenComparingDouble(c -> -score(id, c.node(), 1.0 + c.roomBytes())));
        return fitting;
    }

    /** Greater is better; with equal weights a fair draw that each item makes anew. */
    static double score(Item.Id id, NodeId node, double weight) {
        return -weight / Math.log(draw(id, node));
    }

    /** Between 0 and 1, neither of both. */
    private static double draw(Item.Id id, NodeId node) {
        long hash = 0xcbf29ce484222325L;
        String text = id + " " + node;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        hash ^= hash >>> 31;
        return ((hash >>> 11) + 0.5) * 0x1.0p-53;
    }
}
