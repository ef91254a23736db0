// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.NodeId;

/**
 * Addresses worth dialling, and when. Bounded: when full, the address with the most failures from
 * the least trusted source goes. On the loop.
 */
final class AddressBook {
    /** Where an address comes from, the most useful first. */
    enum Source {
        LAN,
        BOOTSTRAP,
        HELLO,
        DISK,
        EXCHANGE
    }

    /** Who is dialled. */
    enum Reach {
        /** Who is sought by name. */
        SOUGHT,
        /** And neighbours. */
        NEAR,
        /** And all others. */
        ALL
    }

    /** For so long a member that is sought is dialled before all others. */
    private static final Duration SOUGHT = Duration.ofSeconds(10);

    /** Before a member whose channel ended a moment ago is dialled again, here and in vain. */
    private static final Duration AGAIN = Duration.ofMillis(100);

    /** Below the grace of {@link Returning}: one whose channels keep ending is back within it. */
    private static final Duration LONGEST_AGAIN = Duration.ofSeconds(1);

    /** How long an address that turned out to be this node itself is left alone. */
    private static final Duration SELF_PAUSE = Duration.ofHours(1);

    /** One address. */
    static final class Entry {
        final PeerAddress address;
        Source source;
        @Nullable NodeId node;
        int failures;

        /** Channels to its node that were taken and ended early, in a row. */
        int shortLived;

        long notBeforeNanos;
        boolean dialling;
        boolean sought;
        long soughtUntilNanos;

        /** Its place among its like: what is dialled of many is a sample. */
        final long spread;

        Entry(
                PeerAddress address,
                Source source,
                @Nullable NodeId node,
                long notBeforeNanos,
                long spread) {
            this.spread = spread;
            this.address = address;
            this.source = source;
            this.node = node;
            this.notBeforeNanos = notBeforeNanos;
        }

        /** No node known, or one that {@code wanted} accepts. */
        boolean wanted(Predicate<NodeId> accept) {
            NodeId n = node;
            return n == null || accept.test(n);
        }

        boolean sought(long nowNanos) {
            return sought && soughtUntilNanos - nowNanos > 0;
        }

        boolean within(Reach reach, long nowNanos) {
            return reach == Reach.ALL
                    || sought(nowNanos)
                    || (reach == Reach.NEAR && source == Source.LAN);
        }
    }

    private final RandomGenerator random;
    private final Duration backoffMin;
    private final Duration backoffMax;
    private final int max;
    private final long seed;
    private final Map<PeerAddress, Entry> entries = new LinkedHashMap<>();

    AddressBook(PeersConfig config, RandomGenerator random) {
        this.random = random;
        this.backoffMin = config.backoffMin();
        this.backoffMax = config.backoffMax();
        this.seed = random.nextLong();
        this.max = config.maxAddresses() + config.bootstrap().size();
    }

    int size() {
        return entries.size();
    }

    /**
     * Adds a hint. A hint never renames an address that is known to be another node's, and never
     * shortens a wait, but for one heard on the local network.
     */
    void add(PeerAddress address, @Nullable NodeId node, Source source, long nowNanos) {
        Entry entry = entries.get(address);
        if (entry == null) {
            if (entries.size() >= max && !makeRoom(source)) {
                return;
            }
            entries.put(address, new Entry(address, source, node, nowNanos, spread(address)));
            return;
        }
        if (entry.node == null && entry.source != Source.BOOTSTRAP) {
            entry.node = node;
        }
        if (source.compareTo(entry.source) < 0 && entry.source != Source.BOOTSTRAP) {
            entry.source = source;
        }
    }

    /** Without drawing from the source of chance: the same for the same address and start. */
    private long spread(PeerAddress address) {
        return (address.toString().hashCode() ^ seed) * 0x9e3779b97f4a7c15L;
    }

    /** A member is looked for by name: it comes first, whatever else is to be dialled. */
    void seek(NodeId node, long nowNanos) {
        for (Entry e : of(node)) {
            e.sought = true;
            e.soughtUntilNanos = nowNanos + SOUGHT.toNanos();
            if (e.failures < 3 || e.notBeforeNanos - nowNanos > backoffMax.toNanos()) {
                e.notBeforeNanos = nowNanos;
            }
        }
    }

    /** A member is not dialled until then, but when it is sought. */
    void rest(NodeId node, long untilNanos) {
        of(node).forEach(e -> e.notBeforeNanos = untilNanos);
    }

    private boolean makeRoom(Source wanted) {
        Optional<Entry> worst =
                entries.values().stream()
                        .filter(e -> e.source != Source.BOOTSTRAP && !e.dialling)
                        .max(
                                Comparator.comparing((Entry e) -> e.source)
                                        .thenComparingInt(e -> e.failures));
        if (worst.isEmpty() || worst.get().source.compareTo(wanted) < 0) {
            return false;
        }
        entries.remove(worst.get().address);
        return true;
    }

    /**
     * The best address to dial now; at most one address of a node is dialled at a time.
     *
     * @param accept which nodes to dial
     * @param reach who is dialled
     */
    Optional<Entry> next(long nowNanos, Predicate<NodeId> accept, Reach reach) {
        return entries.values().stream()
                .filter(e -> !e.dialling && e.notBeforeNanos - nowNanos <= 0)
                .filter(e -> e.within(reach, nowNanos))
                .filter(e -> e.wanted(accept) && !otherDialling(e))
                .min(
                        Comparator.comparing((Entry e) -> !e.sought(nowNanos))
                                .thenComparingInt(e -> Math.min(e.failures, 3))
                                .thenComparing(e -> e.source)
                                .thenComparingLong(e -> reach == Reach.ALL ? e.spread : 0));
    }

    private boolean otherDialling(Entry entry) {
        NodeId node = entry.node;
        return node != null
                && entries.values().stream().anyMatch(e -> e.dialling && node.equals(e.node));
    }

    /** Nanoseconds until the next address may be dialled; empty when there is none. */
    Optional<Long> nanosToNext(long nowNanos, Predicate<NodeId> accept, Reach reach) {
        return entries.values().stream()
                .filter(e -> !e.dialling && e.within(reach, nowNanos))
                .filter(e -> e.wanted(accept))
                .map(e -> Math.max(0, e.notBeforeNanos - nowNanos))
                .min(Comparator.naturalOrder());
    }

    /** Waits longer after each failure: half to all of the doubled time. */
    void failed(Entry entry, long nowNanos) {
        long base = backoffMin.toNanos() << Math.min(entry.failures, 20);
        long capped = Math.min(base <= 0 ? Long.MAX_VALUE : base, backoffMax.toNanos());
        entry.failures = Math.min(entry.failures + 1, 1000);
        entry.notBeforeNanos = nowNanos + capped / 2 + random.nextLong(capped / 2 + 1);
    }

    /** The address led to {@code node}: that is certain, unlike a hint. */
    void reached(Entry entry, NodeId node) {
        entry.node = node;
    }

    /** The address is this node's own. */
    void isSelf(Entry entry, NodeId self, long nowNanos) {
        entry.node = self;
        entry.notBeforeNanos = nowNanos + SELF_PAUSE.toNanos();
    }

    /** A member stayed for a while: its addresses are good. */
    void proved(NodeId node) {
        of(node).forEach(e -> e.failures = 0);
    }

    /** A channel that this node dialled ended before the member had taken it. */
    void refused(NodeId node, long nowNanos) {
        of(node).forEach(e -> failed(e, nowNanos));
    }

    /**
     * A channel that both ends had taken ended: no failure. Dialled again at once when it had
     * lasted, else after a moment, so that one whose channels keep ending costs little.
     */
    void ended(NodeId node, boolean lasted, long nowNanos) {
        for (Entry e : of(node)) {
            if (lasted) {
                e.failures = 0;
                e.shortLived = 0;
                e.notBeforeNanos = nowNanos;
            } else {
                long pause = AGAIN.toNanos() << Math.min(e.shortLived++, 10);
                e.notBeforeNanos = nowNanos + Math.min(pause, LONGEST_AGAIN.toNanos());
            }
        }
    }

    /** In vain, but nothing that speaks against the address: soon again. */
    void again(Entry entry, long nowNanos) {
        entry.notBeforeNanos = nowNanos + AGAIN.toNanos();
    }

    /** No plugin of its type is here; {@link #hurry(String, long)} ends the wait. */
    void noPlugin(Entry entry, long nowNanos) {
        entry.notBeforeNanos = nowNanos + backoffMax.toNanos();
    }

    /** Dials {@code node} at once, whatever failed before. */
    void hurry(NodeId node, long nowNanos) {
        of(node).forEach(e -> e.notBeforeNanos = nowNanos);
    }

    /** Dials every address of a channel type at once, whatever failed before. */
    void hurry(String type, long nowNanos) {
        for (Entry e : entries.values()) {
            if (e.address.type().equals(type)) {
                e.notBeforeNanos = nowNanos;
            }
        }
    }

    /** Every address of {@code node}. */
    List<Entry> of(NodeId node) {
        List<Entry> out = new ArrayList<>();
        for (Entry e : entries.values()) {
            if (node.equals(e.node)) {
                out.add(e);
            }
        }
        return out;
    }

    /** The addresses of each known node. */
    Map<NodeId, List<String>> byNode() {
        Map<NodeId, List<String>> out = new LinkedHashMap<>();
        for (Entry e : entries.values()) {
            NodeId node = e.node;
            if (node != null) {
                out.computeIfAbsent(node, _ -> new ArrayList<>()).add(e.address.toString());
            }
        }
        return out;
    }
}
