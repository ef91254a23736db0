// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;

/** Members that are left alone for a while. On the loop. */
final class Bans {
    private final Clock clock;
    private final int max;
    private final Map<NodeId, Long> untilNanos = new LinkedHashMap<>();

    Bans(Clock clock, int max) {
        this.clock = clock;
        this.max = max;
    }

    /** A longer ban stays. */
    void add(NodeId node, Duration ban) {
        if (ban.isNegative() || ban.isZero()) {
            return;
        }
        long until = clock.nanos() + ban.toNanos();
        Long before = untilNanos.remove(node);
        untilNanos.put(node, before != null && before - until > 0 ? before : until);
        if (untilNanos.size() > max) {
            untilNanos.remove(untilNanos.keySet().iterator().next());
        }
    }

    boolean banned(NodeId node) {
        Long until = untilNanos.get(node);
        if (until == null) {
            return false;
        }
        if (until - clock.nanos() > 0) {
            return true;
        }
        untilNanos.remove(node);
        return false;
    }
}
