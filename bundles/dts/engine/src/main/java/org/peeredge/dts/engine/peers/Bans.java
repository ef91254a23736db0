// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;

/** Members that are left alone for a while. On the loop. */
final class Bans {
    private final Clock clock;
    private final Loop loop;
    private final int max;
    private final Consumer<NodeId> over;
    private final Map<NodeId, Ban> bans = new LinkedHashMap<>();

    private record Ban(long untilNanos, Cancellable end) {}

    /** Tells {@code over} whose ban has ended. */
    Bans(Clock clock, Loop loop, int max, Consumer<NodeId> over) {
        this.clock = clock;
        this.loop = loop;
        this.max = max;
        this.over = over;
    }

    /** A longer ban stays. */
    void add(NodeId node, Duration ban) {
        if (ban.isNegative() || ban.isZero()) {
            return;
        }
        long until = clock.nanos() + ban.toNanos();
        Ban before = bans.remove(node);
        if (before != null && before.untilNanos - until > 0) {
            bans.put(node, before);
            return;
        }
        drop(before);
        bans.put(node, new Ban(until, loop.schedule(ban, () -> end(node))));
        if (bans.size() > max) {
            drop(bans.remove(bans.keySet().iterator().next()));
        }
    }

    private static void drop(@Nullable Ban ban) {
        if (ban != null) {
            ban.end.cancel();
        }
    }

    private void end(NodeId node) {
        bans.remove(node);
        over.accept(node);
    }

    boolean banned(NodeId node) {
        Ban ban = bans.get(node);
        return ban != null && ban.untilNanos - clock.nanos() > 0;
    }

    /** Nobody is told of an end any more. */
    void stop() {
        bans.values().forEach(Bans::drop);
    }
}
