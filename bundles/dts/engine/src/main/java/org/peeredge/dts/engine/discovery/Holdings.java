// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * The keys of what this node holds, and how far its tracker has been told: first all, one bounded
 * message at a time, then what changed.
 */
final class Holdings {
    /** Changes remembered; who is further behind is told all again. */
    private static final int LOG = 1024;

    private record Change(long key, boolean added) {}

    private final NodeId self;
    private final KeyCounts keys = new KeyCounts();
    private final ArrayDeque<Change> log = new ArrayDeque<>();
    private long version = 1;
    private @Nullable NodeId told;
    private long toldVersion;
    private long @Nullable [] rest;
    private int restAt;

    Holdings(NodeId self) {
        this.self = self;
    }

    boolean has(long key) {
        return keys.has(key);
    }

    int size() {
        return keys.size();
    }

    void add(long key) {
        if (!keys.has(key)) {
            keys.add(key);
            note(new Change(key, true));
        }
    }

    void remove(long key) {
        if (keys.remove(key)) {
            note(new Change(key, false));
        }
    }

    private void note(Change change) {
        version++;
        log.add(change);
        if (log.size() > LOG) {
            log.poll();
        }
    }

    void each(java.util.function.LongConsumer use) {
        keys.each(use);
    }

    /** Whether {@link #next} would say something to {@code tracker}. */
    boolean behind(NodeId tracker) {
        return !tracker.equals(told) || rest != null || toldVersion != version;
    }

    /** The tracker may have forgotten what it was told. */
    void forget() {
        told = null;
        rest = null;
    }

    /** The next message to the tracker, if there is something to tell. */
    Optional<Message.Available> next(NodeId tracker) {
        if (!behind(tracker)) {
            return Optional.empty();
        }
        boolean covered = version - toldVersion <= log.size();
        if (!tracker.equals(told) || (rest == null && !covered)) {
            told = tracker;
            toldVersion = version;
            rest = all();
            restAt = 0;
        }
        long[] left = rest;
        if (left != null) {
            boolean first = restAt == 0;
            int end = Math.min(left.length, restAt + Limits.MAX_KEYS);
            long[] part = Arrays.copyOfRange(left, restAt, end);
            restAt = end;
            if (end == left.length) {
                rest = null;
            }
            return Optional.of(message(first ? 0 : toldVersion, part, new long[0]));
        }
        return Optional.of(changes());
    }

    private Message.Available changes() {
        int count = (int) Math.min(Limits.MAX_KEYS, version - toldVersion);
        KeyCounts added = new KeyCounts();
        KeyCounts removed = new KeyCounts();
        log.stream()
                .skip(log.size() - (version - toldVersion))
                .limit(count)
                .forEach(c -> {
                    (c.added ? removed : added).remove(c.key);
                    (c.added ? added : removed).add(c.key);
                });
        long since = toldVersion;
        toldVersion += count;
        return message(since, array(added), array(removed));
    }

    private Message.Available message(long since, long[] added, long[] removed) {
        return new Message.Available(self, 0, toldVersion, since, added, removed, new byte[0]);
    }

    private long[] all() {
        return array(keys);
    }

    static long[] array(KeyCounts from) {
        long[] out = new long[from.size()];
        int[] at = new int[1];
        from.each(key -> out[at[0]++] = key);
        return out;
    }
}
