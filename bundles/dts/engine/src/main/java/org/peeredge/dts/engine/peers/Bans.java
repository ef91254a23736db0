// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Bans.Ban;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;

/**
 * Members that are left alone for a while: for a broken protocol some seconds, for a lie longer,
 * each time twice as long as before, and over restarts. On the loop, but for {@link #list}.
 */
final class Bans {
    /** No ban is longer. */
    static final Duration LONGEST = Duration.ofDays(7);

    /** So long after its end a ban still counts for the next one. */
    static final Duration FORGIVEN = Duration.ofDays(7);

    private final Clock clock;
    private final Loop loop;
    private final int max;
    private final Consumer<NodeId> over;
    private final Map<NodeId, Entry> bans = new LinkedHashMap<>();

    /** What members were convicted of, in force or not. */
    private final Map<NodeId, Ban> lies = new LinkedHashMap<>();

    private volatile List<Ban> shown = List.of();

    private record Entry(long untilNanos, Cancellable end) {}

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
        Entry before = bans.remove(node);
        if (before != null && before.untilNanos - until > 0) {
            bans.put(node, before);
            return;
        }
        drop(before);
        bans.put(node, new Entry(until, loop.schedule(ban, () -> end(node))));
        if (bans.size() > max) {
            drop(bans.remove(bans.keySet().iterator().next()));
        }
    }

    /**
     * Bans a member that lied; what it does while it is banned makes no ban longer that is longer
     * already.
     *
     * @param term of a first ban
     * @return the ban in force from now on
     */
    Ban convict(NodeId node, String reason, Duration term, NodeId by) {
        Instant now = clock.now();
        Ban before = lies.get(node);
        int times = 1;
        if (before != null && now.isBefore(before.until().plus(FORGIVEN))) {
            times = banned(node) ? before.times() : before.times() + 1;
        }
        Duration graded = term.multipliedBy(1L << Math.min(times - 1, 20));
        graded = graded.compareTo(LONGEST) > 0 ? LONGEST : graded;
        Ban ban = new Ban(node, reason, by, now, now.plus(graded), times);
        if (before != null && before.until().isAfter(ban.until()) && banned(node)) {
            return before;
        }
        remember(ban);
        add(node, graded);
        show();
        return ban;
    }

    private void remember(Ban ban) {
        lies.remove(ban.node());
        lies.put(ban.node(), ban);
        if (lies.size() > max) {
            lies.remove(lies.keySet().iterator().next());
        }
    }

    /** Takes what an earlier life knew. */
    void loaded(List<Ban> from) {
        Instant now = clock.now();
        for (Ban ban : from) {
            if (!lies.containsKey(ban.node())) {
                remember(ban);
                add(ban.node(), Duration.between(now, ban.until()));
            }
        }
        show();
    }

    /** Ends a ban, whatever it was for. */
    Optional<Ban> lift(NodeId node) {
        Ban lie = lies.remove(node);
        Entry entry = bans.remove(node);
        drop(entry);
        show();
        over.accept(node);
        return Optional.ofNullable(lie).filter(b -> entry != null);
    }

    private static void drop(@Nullable Entry ban) {
        if (ban != null) {
            ban.end.cancel();
        }
    }

    private void end(NodeId node) {
        bans.remove(node);
        show();
        over.accept(node);
    }

    boolean banned(NodeId node) {
        Entry ban = bans.get(node);
        return ban != null && ban.untilNanos - clock.nanos() > 0;
    }

    private void show() {
        List<Ban> all = new ArrayList<>();
        lies.values().stream().filter(b -> banned(b.node())).forEach(all::add);
        all.sort(Comparator.comparing(Ban::until).reversed());
        shown = List.copyOf(all);
    }

    /** Bans for lies that are in force, longest first; from any thread. */
    List<Ban> list() {
        return shown;
    }

    /** Nobody is told of an end any more. */
    void stop() {
        bans.values().forEach(Bans::drop);
    }
}
