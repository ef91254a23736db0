// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.NodeId;

/** What is known of one tracker elsewhere. */
final class Remote {
    final NodeId id;
    final long slice;
    int depth;
    long epoch;
    long stamp;
    long version;
    List<String> addresses = List.of();
    long untilNanos;
    boolean over;
    Filter filter = Filter.of(new byte[0]);
    long haveEpoch;
    long have;
    long[] last = new long[0];
    long lastSince = -1;
    @Nullable NodeId source;
    long pullNanos;
    int pulls;
    long dialNanos;
    int dials;

    /** Who asked for what this node is about to have, and the version that they have. */
    final Map<NodeId, Long> waiting = new LinkedHashMap<>(0);

    Remote(NodeId id) {
        this.id = id;
        this.slice = Slices.of(id);
    }

    /** Whether it is tracker, by what it or others said last. */
    boolean tracker() {
        return !over && epoch > 0;
    }

    /** What is held there is no longer kept. */
    void forget() {
        filter = Filter.of(new byte[0]);
        haveEpoch = 0;
        have = 0;
        last = new long[0];
        lastSince = -1;
        waiting.clear();
    }

    /** Whether it may be dialled again. */
    boolean rested(long now) {
        return dials == 0 || now - dialNanos >= 0;
    }

    boolean behind() {
        return !over && (haveEpoch != epoch || have < version);
    }
}
