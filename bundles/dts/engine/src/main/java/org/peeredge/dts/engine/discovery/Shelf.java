// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * What a tracker knows of its members: who holds which keys, and one filter over all of them for
 * other trackers. A key that the last holder gives up stays in the filter until an eighth of it is
 * such; a wrong hit costs a question.
 */
final class Shelf {
    /** Members that may report. */
    static final int MAX_MEMBERS = 256;

    /** Keys of one member: 16 bytes each and more. */
    private static final int MAX_KEYS = 1 << 16;

    /** Keys remembered since the filter was built; who is further behind is told all. */
    private static final int MAX_SINCE = 4096;

    private static final class Held {
        long version;
        KeyCounts keys = new KeyCounts();
    }

    private final Map<NodeId, Held> members = new LinkedHashMap<>();
    private final KeyCounts all = new KeyCounts();
    private Filter filter = Filter.sized(0);
    private int stale;

    /** Of the summary; grows with each change of the filter. */
    private long version = 1;

    /** The version at which the filter was built anew; and the keys added since, in order. */
    private long builtVersion = 1;

    private final List<Long> since = new ArrayList<>();

    int members() {
        return members.size();
    }

    boolean reports(NodeId node) {
        return members.containsKey(node);
    }

    long version() {
        return version;
    }

    int keys() {
        return all.size();
    }

    /**
     * A member tells what it holds.
     *
     * @return false when it has to tell all again, or cannot be kept
     */
    boolean told(NodeId node, Message.Available m) {
        Held held = members.get(node);
        if (m.since() == 0) {
            if (held == null && members.size() >= MAX_MEMBERS) {
                return false;
            }
            gone(node);
            held = new Held();
            members.put(node, held);
        } else if (held == null || held.version != m.since()) {
            return false;
        }
        held.version = m.version();
        for (long key : m.removed()) {
            if (held.keys.remove(key)) {
                removed(key);
            }
        }
        for (long key : m.added()) {
            if (held.keys.size() < MAX_KEYS && !held.keys.has(key)) {
                held.keys.add(key);
                added(key);
            }
        }
        return true;
    }

    void gone(NodeId node) {
        Held held = members.remove(node);
        if (held != null) {
            held.keys.each(this::removed);
        }
    }

    /** The keys of this node itself are part of the summary. */
    void added(long key) {
        if (!all.add(key)) {
            return;
        }
        if (filter.has(key)) {
            return; // it was there a moment ago
        }
        filter.add(key);
        version++;
        since.add(key);
    }

    void removed(long key) {
        if (all.remove(key)) {
            stale++;
        }
    }

    /** Builds the filter anew where that is due; before it is told. */
    void settle() {
        boolean full = all.size() > filter.room() || since.size() > MAX_SINCE;
        if (full || stale * 8 > all.size() + Limits.MAX_KEYS) {
            filter = Filter.sized(all.size() + all.size() / 4);
            all.each(filter::add);
            stale = 0;
            since.clear();
            version++;
            builtVersion = version;
        }
    }

    /** Who holds it. */
    List<NodeId> holders(long key, int max) {
        List<NodeId> out = new ArrayList<>();
        for (Map.Entry<NodeId, Held> e : members.entrySet()) {
            if (out.size() < max && e.getValue().keys.has(key)) {
                out.add(e.getKey());
            }
        }
        return out;
    }

    /** The summary for a tracker that has {@code have} of it: what is new, or all. */
    Message.Available summary(NodeId self, long epoch, long have) {
        settle();
        long behind = version - have;
        if (have >= builtVersion && behind >= 0 && behind <= Limits.MAX_KEYS) {
            int from = (int) (have - builtVersion);
            long[] added = since.stream().skip(from).mapToLong(Long::longValue).toArray();
            return new Message.Available(
                    self, epoch, version, have, added, new long[0], new byte[0]);
        }
        return new Message.Available(
                self, epoch, version, 0, new long[0], new long[0], filter.bytes());
    }
}
