// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.HashMap;
import java.util.Map;
import org.peeredge.kernel.api.NodeId;

/**
 * Whose turn it is to be sent to, by bytes: each member's account runs on with what it gets, and
 * who was idle begins where the others are (start-time fair queueing; Goyal, Vin, Cheng 1996, 2.2).
 * Members within a quantum count as even, so that the rarest piece goes first among them.
 */
final class Turns {
    /** Four groups: rarity decides within it. */
    private static final long QUANTUM_BYTES = 4L << 20;

    private final Map<NodeId, Long> accounts = new HashMap<>();
    private long nowBytes;

    /** How many quanta a member is ahead of the one that was sent to last. */
    long ahead(NodeId peer) {
        return (accounts.getOrDefault(peer, nowBytes) - nowBytes) / QUANTUM_BYTES;
    }

    /** A member that waited for nothing asks: what it missed is not made up for. */
    void enters(NodeId peer) {
        accounts.merge(peer, nowBytes, Math::max);
    }

    /** Bytes go to a member, which has waited with {@code others}. */
    void sends(NodeId peer, long bytes, Iterable<NodeId> others) {
        long least = accounts.getOrDefault(peer, nowBytes);
        accounts.put(peer, least + bytes);
        for (NodeId other : others) {
            least = Math.min(least, accounts.getOrDefault(other, nowBytes));
        }
        nowBytes = Math.max(nowBytes, least);
    }

    void gone(NodeId peer) {
        accounts.remove(peer);
    }
}
