// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.peeredge.dts.api.cache.RefetchCost;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.kernel.api.NodeId;

/**
 * What fetching a blob again would cost, by what it cost this time: the store's cache policy weighs
 * blobs by it. On the engine's loop.
 */
final class FetchCosts {
    private final Set<NodeId> neighbours = new HashSet<>();

    /** Learns who is in this node's LAN. */
    void event(Event event) {
        switch (event) {
            case Event.PeerUp e -> note(e.peer(), e.sameLan());
            case Event.PeerMeasured e -> note(e.peer(), e.sameLan());
            case Event.PeerDown e -> neighbours.remove(e.peer());
            default -> {
                // says nothing of places
            }
        }
    }

    private void note(NodeId peer, boolean sameLan) {
        if (sameLan) {
            neighbours.add(peer);
        } else {
            neighbours.remove(peer);
        }
    }

    /** Whether bytes from there cross the LAN only. */
    boolean near(NodeId peer) {
        return neighbours.contains(peer);
    }

    /**
     * The cost, see {@link RefetchCost}. Bytes that an earlier run had fetched count as those of
     * this one, in proportion. A blob of which a part came from afar is asked for there again.
     *
     * @param nearBytes from neighbours
     * @param farBytes from members afar and from upstreams
     * @return empty when nothing was fetched, so that nothing is known
     */
    static OptionalLong cost(long sizeBytes, long nearBytes, long farBytes) {
        long fetched = nearBytes + farBytes;
        if (fetched <= 0) {
            return OptionalLong.empty();
        }
        double far = (double) farBytes / fetched;
        double bytes = sizeBytes * (far + (1 - far) / RefetchCost.LAN_DIVISOR);
        long asking =
                farBytes > 0 ? RefetchCost.REQUEST : RefetchCost.REQUEST / RefetchCost.LAN_DIVISOR;
        return OptionalLong.of(Math.max(1, asking + Math.round(bytes)));
    }
}
