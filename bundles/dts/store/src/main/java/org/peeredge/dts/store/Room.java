// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.store.cache.Evictor;
import org.peeredge.kernel.api.RetryLaterException;

/**
 * Makes room by dropping blobs: those that the cache policy names, then, when that is not enough or
 * there is no policy, those that were not used for longest, and at last those that somebody reads.
 * Pinned ones never. All methods hold the catalogue's lock.
 */
final class Room {
    private static final Comparator<Victim> OLDEST_FIRST =
            Comparator.comparing((Victim v) -> !v.freesNow).thenComparingLong(Victim::usedMillis);

    private final StoreSettings settings;
    private final StoreFiles files;
    private final Catalog catalog;
    private final Marks marks;
    private final StoreMetrics metrics;
    private final Evictor evictor;

    Room(
            StoreSettings settings,
            StoreFiles files,
            Catalog catalog,
            Marks marks,
            StoreMetrics metrics,
            Evictor evictor) {
        this.settings = settings;
        this.files = files;
        this.catalog = catalog;
        this.marks = marks;
        this.metrics = metrics;
        this.evictor = evictor;
    }

    /** Refuses more incomplete blobs open at once than the settings allow. */
    void checkOpenLimit() {
        if (catalog.partials.values().stream().filter(e -> e.open != null).count()
                >= settings.maxOpen()) {
            throw new RetryLaterException(
                    settings.maxOpen()
                            + " incomplete blobs are open: wait until one is done, or raise"
                            + " max.open in "
                            + StoreSettings.BUNDLE);
        }
    }

    private interface Drop {
        void run() throws IOException;
    }

    /** Something that may be dropped; {@code freesNow} unless somebody still reads it. */
    private record Victim(
            Digest digest, long usedMillis, long bytes, boolean freesNow, Drop drop) {}

    /** What is too much. */
    private record Over(long quotaBytes, long diskBytes) {
        boolean nothing() {
            return quotaBytes <= 0 && diskBytes <= 0;
        }

        Over without(Victim v) {
            return new Over(quotaBytes - v.bytes, diskBytes - (v.freesNow ? v.bytes : 0));
        }
    }

    /**
     * Makes room for a blob; drops nothing when that would not be enough.
     *
     * @param known what is here of it already, closed
     */
    void make(Digest digest, long sizeBytes, @Nullable PartialEntry known) throws IOException {
        long here = known == null ? 0 : known.writtenBytes.get();
        while (true) {
            Over over =
                    new Over(
                            catalog.storedBytes()
                                    + catalog.reservedBytes()
                                    - here
                                    + sizeBytes
                                    - catalog.quotaBytes(),
                            catalog.unwrittenBytes()
                                    + (sizeBytes - here)
                                    + settings.reserveFreeBytes()
                                    - catalog.lookAtDisk());
            if (over.nothing()) {
                return;
            }
            List<Victim> victims = victims(digest, over);
            if (victims.isEmpty()) {
                metrics.refusals.increment();
                throw noRoom(digest, sizeBytes, over.diskBytes > 0);
            }
            for (Victim victim : victims) {
                victim.drop.run();
                metrics.evictions.increment();
                metrics.evictedBytes.add(victim.bytes);
                evictor.evicted(victim.bytes);
            }
        }
    }

    /** Enough to drop, or nothing. */
    private List<Victim> victims(Digest digest, Over over) {
        Map<Digest, Victim> chosen = new LinkedHashMap<>();
        Over left = over;
        List<Digest> named =
                evictor.victims(
                        Math.max(over.quotaBytes, over.diskBytes),
                        d -> victim(d, digest).filter(Victim::freesNow).isPresent());
        for (Digest d : named) {
            Victim v = left.nothing() ? null : victim(d, digest).orElse(null);
            if (v != null) {
                chosen.put(d, v);
                left = left.without(v);
            }
        }
        return left.nothing() ? List.copyOf(chosen.values()) : withOldest(digest, chosen, left);
    }

    /** What was chosen, and what was not used for longest, until that is enough. */
    private List<Victim> withOldest(Digest digest, Map<Digest, Victim> chosen, Over missing) {
        List<Victim> all = new ArrayList<>(chosen.values());
        Over left = missing;
        for (Victim v : droppable(digest).stream().sorted(OLDEST_FIRST).toList()) {
            if (left.nothing()) {
                break;
            }
            if (!chosen.containsKey(v.digest)) {
                all.add(v);
                left = left.without(v);
            }
        }
        return left.nothing() ? all : List.of();
    }

    private List<Victim> droppable(Digest digest) {
        return Stream.concat(
                        catalog.blobs.values().stream().map(this::complete),
                        catalog.partials.values().stream().map(e -> incomplete(e, digest)))
                .flatMap(Optional::stream)
                .toList();
    }

    /** What would be dropped of {@code named}; empty when it may not be. Takes no lock. */
    private Optional<Victim> victim(Digest named, Digest digest) {
        BlobEntry blob = catalog.blobs.get(named);
        if (blob != null) {
            return complete(blob);
        }
        PartialEntry partial = catalog.partials.get(named);
        return partial == null ? Optional.empty() : incomplete(partial, digest);
    }

    private Optional<Victim> complete(BlobEntry e) {
        return marks.pinned(e.digest())
                ? Optional.empty()
                : Optional.of(
                        new Victim(
                                e.digest(),
                                e.usedMillis(),
                                e.sizeBytes(),
                                !e.read(),
                                () -> catalog.drop(e)));
    }

    private Optional<Victim> incomplete(PartialEntry e, Digest digest) {
        return e.open != null || e.digest.equals(digest) || marks.pinned(e.digest)
                ? Optional.empty()
                : Optional.of(
                        new Victim(
                                e.digest,
                                e.changedMillis,
                                e.writtenBytes.get(),
                                true,
                                () -> catalog.drop(e)));
    }

    private RetryLaterException noRoom(Digest digest, long sizeBytes, boolean byDisk) {
        String start = "no room for " + digest + " (" + sizeBytes + " bytes): ";
        if (byDisk) {
            return new RetryLaterException(
                    start
                            + "the file system of "
                            + files.root()
                            + " has "
                            + catalog.usage().diskFreeBytes()
                            + " bytes free, "
                            + catalog.unwrittenBytes()
                            + " are promised to running downloads and "
                            + settings.reserveFreeBytes()
                            + " are left to others (reserve.free.bytes in "
                            + StoreSettings.BUNDLE
                            + "); free space there, or unpin or delete blobs");
        }
        return new RetryLaterException(
                start
                        + "the store may hold "
                        + catalog.quotaBytes()
                        + " bytes (quota.bytes in "
                        + StoreSettings.BUNDLE
                        + "), has "
                        + catalog.storedBytes()
                        + " and reserved "
                        + catalog.reservedBytes()
                        + ", and too few of them are unpinned; raise the quota, or unpin or delete"
                        + " blobs");
    }
}
