// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Set;
import org.peeredge.kernel.api.NodeId;

/**
 * Peers that did not take what was sent in time. They count as slow for a while, also over a fresh
 * channel, which tells nothing yet. On the engine's loop.
 */
final class SlowPeers {
    private static final Duration MEMORY = Duration.ofMinutes(5);
    private static final int MAX = 1024;

    private final LinkedHashMap<NodeId, Long> untilNanos = new LinkedHashMap<>();

    void add(NodeId peer, long nowNanos) {
        untilNanos.remove(peer);
        untilNanos.put(peer, nowNanos + MEMORY.toNanos());
        if (untilNanos.size() > MAX) {
            untilNanos.pollFirstEntry();
        }
    }

    boolean contains(NodeId peer) {
        return untilNanos.containsKey(peer);
    }

    /** A view. */
    Set<NodeId> all() {
        return Collections.unmodifiableSet(untilNanos.keySet());
    }

    /** Whether any has been slow long enough ago to be forgotten. */
    boolean forgetOld(long nowNanos) {
        return untilNanos.values().removeIf(until -> until - nowNanos <= 0);
    }
}
