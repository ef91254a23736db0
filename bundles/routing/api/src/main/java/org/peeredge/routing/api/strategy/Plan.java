// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.api.strategy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.peeredge.kernel.api.NodeId;

/**
 * What a strategy decides for a transfer.
 *
 * @param shares the peers to use, best first; peers that are not named are not asked, unless all
 *     that are named fail
 */
public record Plan(List<Share> shares) {
    /** Copies the list and refuses a peer that is named twice. */
    public Plan {
        shares = List.copyOf(shares);
        Set<NodeId> seen = new HashSet<>();
        for (Share share : shares) {
            if (!seen.add(share.node())) {
                throw new IllegalArgumentException("a plan names " + share.node() + " twice");
            }
        }
    }

    /**
     * One peer's part.
     *
     * @param node the peer
     * @param weight its part of the work relative to the others, 1 to 1,000,000
     * @param windowBytes the most to have asked for at once; at least one piece is always allowed
     */
    public record Share(NodeId node, int weight, int windowBytes) {
        /** Checks the bounds. */
        public Share {
            if (weight < 1 || weight > 1_000_000 || windowBytes < 0) {
                throw new IllegalArgumentException("weight " + weight + ", window " + windowBytes);
            }
        }
    }
}
