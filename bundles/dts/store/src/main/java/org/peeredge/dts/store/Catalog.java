// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.ContentStore.Usage;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.RetryLaterException;

/**
 * Which blobs are here and how much room is left. What changes the set of files holds {@code lock};
 * readers of the maps need no lock. The lock may be taken while a partial blob's own lock is held,
 * never the other way round.
 */
final class Catalog {
    final ReentrantLock lock = new ReentrantLock();
    final Map<Digest, BlobEntry> blobs = new ConcurrentHashMap<>();
    final Map<Digest, PartialEntry> partials = new ConcurrentHashMap<>();

    private final StoreSettings settings;
    private final StoreFiles files;
    private final MapFiles maps;
    private final Marks marks;
    private final StoreMetrics metrics;
    private final FileStore disk;
    private final long quotaBytes;
    private final AtomicLong stored = new AtomicLong();
    private volatile long diskFree;

    Catalog(
            StoreSettings settings,
            StoreFiles files,
            MapFiles maps,
            Marks marks,
            StoreMetrics metrics)
            throws IOException {
        this.settings = settings;
        this.files = files;
        this.maps = maps;
        this.marks = marks;
        this.metrics = metrics;
        this.disk = Files.getFileStore(files.root());
        this.quotaBytes =
                settings.quotaBytes() > 0 ? settings.quotaBytes() : disk.getTotalSpace() / 100 * 80;
        lookAtDisk();
    }

    /** Asks the file system how much is free. */
    long lookAtDisk() throws IOException {
        long free = disk.getUsableSpace();
        diskFree = free;
        return free;
    }

    Usage usage() {
        return new Usage(stored.get(), reservedBytes(), quotaBytes, diskFree);
    }

    private long reservedBytes() {
        return partials.values().stream().mapToLong(PartialEntry::reservedBytes).sum();
    }

    /** Promised to open blobs and not taken yet. */
    private long unwrittenBytes() {
        return partials.values().stream().mapToLong(PartialEntry::unwrittenBytes).sum();
    }

    int blobCount() {
        return blobs.size();
    }

    void add(BlobEntry entry) {
        BlobEntry before = blobs.put(entry.digest(), entry);
        stored.addAndGet(entry.sizeBytes() - (before == null ? 0 : before.sizeBytes()));
    }

    /** Adds an incomplete blob, whose {@code open} says how much room it takes. */
    void add(PartialEntry entry) {
        partials.put(entry.digest, entry);
    }

    /** Takes it out of the map; its files stay. */
    boolean remove(PartialEntry entry) {
        return partials.remove(entry.digest, entry);
    }

    /** Notes the first write of {@code bytes}; calls for one entry come one at a time. */
    void grew(PartialEntry entry, int bytes) {
        entry.writtenBytes.addAndGet(bytes);
        metrics.writtenBytes.add(bytes);
    }

    /** Drops a complete blob with all that is known of it. Holds the lock. */
    void drop(BlobEntry entry) throws IOException {
        if (blobs.remove(entry.digest(), entry)) {
            stored.addAndGet(-entry.sizeBytes());
            entry.drop(files);
            maps.delete(entry.digest());
            marks.drop(entry.digest());
        }
    }

    /** Drops an incomplete blob that is not open. Holds the lock. */
    void drop(PartialEntry entry) throws IOException {
        if (remove(entry)) {
            Files.deleteIfExists(files.pieceLog(entry.digest));
            Files.deleteIfExists(files.partial(entry.digest));
            maps.delete(entry.digest);
            marks.drop(entry.digest);
        }
    }

    /**
     * Makes room for a blob by dropping others, least recently used first; drops nothing when that
     * would not be enough. Holds the lock.
     *
     * @param known what is here of it already, closed
     */
    void makeRoom(Digest digest, long sizeBytes, @Nullable PartialEntry known) throws IOException {
        long here = known == null ? 0 : known.writtenBytes.get();
        while (true) {
            long overQuota = stored.get() + reservedBytes() - here + sizeBytes - quotaBytes;
            long overDisk =
                    unwrittenBytes()
                            + (sizeBytes - here)
                            + settings.reserveFreeBytes()
                            - lookAtDisk();
            if (overQuota <= 0 && overDisk <= 0) {
                return;
            }
            List<Victim> victims = victims(digest, overQuota, overDisk);
            if (victims.isEmpty()) {
                metrics.refusals.increment();
                throw noRoom(digest, sizeBytes, overDisk > 0);
            }
            for (Victim victim : victims) {
                victim.drop.run();
                metrics.evictions.increment();
                metrics.evictedBytes.add(victim.bytes);
            }
        }
    }

    private interface Drop {
        void run() throws IOException;
    }

    /** Something that may be dropped; {@code freesNow} unless somebody still reads it. */
    private record Victim(long usedMillis, long bytes, boolean freesNow, Drop drop) {}

    /** Enough to drop, or nothing. */
    private List<Victim> victims(Digest digest, long overQuota, long overDisk) {
        List<Victim> all = new ArrayList<>();
        for (BlobEntry e : blobs.values()) {
            if (!marks.pinned(e.digest())) {
                all.add(new Victim(e.usedMillis(), e.sizeBytes(), !e.read(), () -> drop(e)));
            }
        }
        for (PartialEntry e : partials.values()) {
            if (e.open == null && !e.digest.equals(digest) && !marks.pinned(e.digest)) {
                all.add(new Victim(e.changedMillis, e.writtenBytes.get(), true, () -> drop(e)));
            }
        }
        all.sort(
                Comparator.comparing((Victim v) -> !v.freesNow)
                        .thenComparingLong(Victim::usedMillis));
        List<Victim> chosen = new ArrayList<>();
        long quotaLeft = overQuota;
        long diskLeft = overDisk;
        for (Victim v : all) {
            if (quotaLeft <= 0 && diskLeft <= 0) {
                break;
            }
            chosen.add(v);
            quotaLeft -= v.bytes;
            diskLeft -= v.freesNow ? v.bytes : 0;
        }
        return quotaLeft <= 0 && diskLeft <= 0 ? chosen : List.of();
    }

    private RetryLaterException noRoom(Digest digest, long sizeBytes, boolean byDisk) {
        String start = "no room for " + digest + " (" + sizeBytes + " bytes): ";
        if (byDisk) {
            return new RetryLaterException(
                    start
                            + "the file system of "
                            + files.root()
                            + " has "
                            + diskFree
                            + " bytes free, "
                            + unwrittenBytes()
                            + " are promised to running downloads and "
                            + settings.reserveFreeBytes()
                            + " are left to others (reserve.free.bytes in "
                            + StoreSettings.BUNDLE
                            + "); free space there, or unpin or delete blobs");
        }
        return new RetryLaterException(
                start
                        + "the store may hold "
                        + quotaBytes
                        + " bytes (quota.bytes in "
                        + StoreSettings.BUNDLE
                        + "), has "
                        + stored.get()
                        + " and reserved "
                        + reservedBytes()
                        + ", and too few of them are unpinned; raise the quota, or unpin or delete"
                        + " blobs");
    }
}
