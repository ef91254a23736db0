// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Records;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The items that this node wants copies of or keeps for others, over restarts: {@code i/<item>}
 * records. What was released is remembered as {@code t/<item>}. Changes block on disk. Safe for use
 * by many threads.
 */
final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final String ITEMS = "i/";
    private static final String RELEASES = "t/";
    private static final int SCAN = 1_000;
    private static final int MAX_RELEASES = 10_000;

    private final NodeId self;
    private final Records records;
    private final Clock clock;
    private final LongSupplier quotaBytes;
    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, Release> releases = new TreeMap<>();
    private final ReplicaSettings settings;
    private volatile Runnable news = () -> {};

    Ledger(
            NodeId self,
            Records records,
            Clock clock,
            LongSupplier quotaBytes,
            ReplicaSettings settings) {
        this.self = self;
        this.records = records;
        this.clock = clock;
        this.quotaBytes = quotaBytes;
        this.settings = settings;
        each(ITEMS, (key, value) -> load(value));
        each(
                RELEASES,
                (key, value) -> {
                    Release release = Release.read(Lines.read(value).getFirst());
                    releases.put(release.key(), release);
                });
    }

    private interface Take {
        void take(String key, byte[] value);
    }

    private void each(String prefix, Take take) {
        String after = "";
        for (Map<String, byte[]> part = records.scan(prefix, after, SCAN);
                !part.isEmpty();
                part = records.scan(prefix, after, SCAN)) {
            for (Map.Entry<String, byte[]> one : part.entrySet()) {
                after = one.getKey();
                try {
                    take.take(after, one.getValue());
                } catch (NeverException | IllegalArgumentException e) {
                    LOG.warn("Dropping a damaged record {} of copies", after, e);
                    records.remove(after);
                }
            }
        }
    }

    private void load(byte[] value) {
        if (!(Wire.read(value) instanceof Wire.Keep keep)) {
            throw new IllegalArgumentException("not an item");
        }
        Entry entry = new Entry(keep.item(), keep.item().id().owner().equals(self));
        for (String[] w : Lines.read(value)) {
            if (w[0].equals("kept") && w.length == 4) {
                entry.untilMillis = Long.parseLong(w[1]);
                entry.savedUntilMillis = entry.untilMillis;
                entry.fromOrigin = Boolean.parseBoolean(w[2]);
                entry.pinned = Boolean.parseBoolean(w[3]);
            }
        }
        // Nobody was seen to be away while this node was down itself.
        note(entry, keep.keepers());
        entries.put(entry.item.id().toString(), entry);
    }

    private void note(Entry entry, Collection<NodeId> keepers) {
        for (NodeId keeper : keepers) {
            if (!keeper.equals(self) && !keeper.equals(entry.item.id().owner())) {
                entry.keepers.putIfAbsent(keeper, clock.nanos());
            }
        }
    }

    ReplicaSettings settings() {
        return settings;
    }

    /**
     * Calls {@code listener}, which must not block, when there is something to fetch or to drop.
     */
    void onNews(Runnable listener) {
        news = listener;
    }

    NodeId self() {
        return self;
    }

    /** How long a copy is kept unless it is asked for again. */
    long leaseLeftSeconds(Entry entry) {
        return Math.max(0, entry.untilMillis - clock.now().toEpochMilli()) / 1000;
    }

    /** Everything, in the order of names. The entries are guarded by this ledger. */
    synchronized List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    synchronized Optional<Entry> get(Item.Id id) {
        return Optional.ofNullable(entries.get(id.toString()));
    }

    /** Bytes that copies for others may still take; -1 where none are kept. */
    synchronized long roomBytes() {
        if (settings.sharePercent() == 0) {
            return -1;
        }
        long share = (long) (quotaBytes.getAsLong() / 100.0 * settings.sharePercent());
        return Math.max(0, share - keptBytes());
    }

    synchronized long keptBytes() {
        return entries.values().stream()
                .filter(e -> !e.own && !e.leaving)
                .mapToLong(e -> e.item.sizeBytes())
                .sum();
    }

    /**
     * Takes an item for another member, or what has changed about it, and its lease.
     *
     * @return why not; empty when it is taken
     */
    synchronized Optional<String> accept(Wire.Keep keep, boolean fromOrigin) {
        Item item = keep.item();
        if (item.id().owner().equals(self)) {
            return Optional.of("it is this node's own");
        }
        if (releasing(item) != null) {
            return Optional.of("it was released");
        }
        Entry known = entries.get(item.id().toString());
        boolean here = known != null && !known.leaving;
        if (!here) {
            Optional<String> refusal = refusal(item);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        Entry entry = known == null ? new Entry(item, false) : known;
        if (item.version() >= entry.item.version()) {
            entry.item = item;
        }
        entry.fromOrigin |= fromOrigin;
        entry.leaving = false;
        entry.failures = 0;
        extend(entry, keep.leaseSeconds());
        note(entry, keep.keepers());
        save(entry);
        entries.put(item.id().toString(), entry);
        news.run();
        return Optional.empty();
    }

    private Optional<String> refusal(Item item) {
        long room = roomBytes();
        long kept = entries.values().stream().filter(e -> !e.own).count();
        if (room < 0) {
            return Optional.of("this node keeps no copies (share.percent = 0)");
        }
        if (room < item.sizeBytes()) {
            return Optional.of(room + " bytes are left for copies (share.percent)");
        }
        return kept >= settings.maxItems()
                ? Optional.of(kept + " images are kept already (items.max)")
                : Optional.empty();
    }

    /** Extends a lease, when the item is here. */
    synchronized void renew(Wire.Look look) {
        Entry entry = entries.get(look.id().toString());
        if (entry == null || entry.own || entry.leaving) {
            return;
        }
        extend(entry, look.leaseSeconds());
        boolean news = !entry.keepers.keySet().containsAll(others(entry, look.keepers()));
        entry.keepers.keySet().retainAll(look.keepers());
        note(entry, look.keepers());
        if (news || entry.untilMillis - entry.savedUntilMillis > look.leaseSeconds() * 250) {
            save(entry);
        }
    }

    private Set<NodeId> others(Entry entry, Set<NodeId> keepers) {
        Set<NodeId> others = new HashSet<>(keepers);
        others.remove(self);
        others.remove(entry.item.id().owner());
        return others;
    }

    /** This node looks after the copies itself now, its own among them. */
    synchronized void renewOwn(Entry entry) {
        extend(entry, settings.lease().toSeconds());
        if (entry.untilMillis - entry.savedUntilMillis > settings.lease().toMillis() / 4) {
            save(entry);
        }
    }

    private void extend(Entry entry, long leaseSeconds) {
        entry.silentRounds = 0;
        entry.untilMillis = clock.now().toEpochMilli() + leaseSeconds * 1000;
    }

    /** Wants copies of an item of this node's own, or of a new version of it. */
    synchronized Entry want(Item item, boolean pinned) {
        Entry entry = entries.computeIfAbsent(item.id().toString(), id -> new Entry(item, true));
        entry.item = item;
        entry.pinned = pinned;
        entry.leaving = false;
        save(entry);
        return entry;
    }

    /** Writes an entry as it is now. */
    synchronized void save(Entry entry) {
        Set<NodeId> keepers = new TreeSet<>(entry.keepers.keySet());
        byte[] keep = new Wire.Keep(entry.item, 0, keepers).write();
        String kept = "kept " + entry.untilMillis + " " + entry.fromOrigin + " " + entry.pinned;
        byte[] end = (kept + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] value = Arrays.copyOf(keep, keep.length + end.length);
        System.arraycopy(end, 0, value, keep.length, end.length);
        if (value.length > Records.MAX_VALUE_BYTES) {
            throw new NeverException(entry.item.title() + " has too many parts to be kept");
        }
        records.put(ITEMS + entry.item.id(), value);
        entry.savedUntilMillis = entry.untilMillis;
    }

    /**
     * Lets go of what a checked release ends, and remembers it. Items of this node's own are left
     * alone unless it released them itself.
     *
     * @return how many copies were wanted of what ended; 0 when nothing did
     */
    synchronized int release(Release release, boolean byMyself) {
        Release before = releases.get(release.key());
        if (before == null || before.version() < release.version()) {
            if (before == null && releases.size() >= MAX_RELEASES) {
                forgetOldestRelease();
            }
            releases.put(release.key(), release);
            records.put(RELEASES + release.key(), release.addTo(new Lines()).bytes());
        }
        int copies = 0;
        for (Entry entry : entries.values()) {
            if (release.ends(entry.item) && (!entry.own || byMyself) && !entry.leaving) {
                entry.leaving = true;
                copies = Math.max(copies, entry.item.copies());
            }
        }
        news.run();
        return copies;
    }

    private void forgetOldestRelease() {
        releases.values().stream()
                .min(Comparator.comparingLong(Release::version))
                .ifPresent(oldest -> {
                    releases.remove(oldest.key());
                    records.remove(RELEASES + oldest.key());
                });
    }

    /** The release that ends an item, known here. */
    private @Nullable Release releasing(Item item) {
        return releases.values().stream().filter(r -> r.ends(item)).findFirst().orElse(null);
    }

    /** The newest release of an item, for members that have not heard of it. */
    synchronized Optional<Release> released(Item.Id id) {
        List<Release> all = new ArrayList<>();
        for (String key : List.of(id.toString(), id.manifest() + "/*")) {
            Release release = releases.get(key);
            if (release != null) {
                all.add(release);
            }
        }
        return all.stream().max(Comparator.comparingLong(Release::version));
    }

    /** Blobs of an entry that no other entry needs. */
    synchronized Set<Digest> aloneIn(Entry leaving) {
        Set<Digest> alone = leaving.digests();
        entries.values().stream()
                .filter(e -> !e.leaving)
                .forEach(e -> alone.removeAll(e.digests()));
        return alone;
    }

    /** An entry whose blobs are let go of is gone, unless somebody wants it again by now. */
    synchronized void forget(Entry entry) {
        if (entry.leaving) {
            entries.remove(entry.item.id().toString());
            records.remove(ITEMS + entry.item.id());
        }
    }
}
