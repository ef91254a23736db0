// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.peeredge.dts.api.ContentStore.Usage;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.dts.store.cache.Evictor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which blobs are here and how much room is left. What changes the set of files holds {@code lock};
 * readers of the maps need no lock. The lock may be taken while a partial blob's own lock is held,
 * never the other way round.
 */
final class Catalog {
    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

    final ReentrantLock lock = new ReentrantLock();
    final Map<Digest, BlobEntry> blobs = new ConcurrentHashMap<>();
    final Map<Digest, PartialEntry> partials = new ConcurrentHashMap<>();

    private final StoreFiles files;
    private final MapFiles maps;
    private final Marks marks;
    private final StoreMetrics metrics;
    private final Evictor evictor;
    private final FileStore disk;
    private final long quotaBytes;
    private final AtomicLong stored = new AtomicLong();
    private volatile long diskFree;

    Catalog(
            StoreSettings settings,
            StoreFiles files,
            MapFiles maps,
            Marks marks,
            StoreMetrics metrics,
            Evictor evictor)
            throws IOException {
        this.files = files;
        this.maps = maps;
        this.marks = marks;
        this.metrics = metrics;
        this.evictor = evictor;
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
        return new Usage(storedBytes(), reservedBytes(), quotaBytes, diskFree);
    }

    /** In complete blobs; at hand, where {@link #usage} adds up what is reserved. */
    long storedBytes() {
        return stored.get();
    }

    long reservedBytes() {
        return partials.values().stream().mapToLong(PartialEntry::reservedBytes).sum();
    }

    /** Promised to open blobs and not taken yet. */
    long unwrittenBytes() {
        return partials.values().stream().mapToLong(PartialEntry::unwrittenBytes).sum();
    }

    long quotaBytes() {
        return quotaBytes;
    }

    int blobCount() {
        return blobs.size();
    }

    void add(BlobEntry entry) {
        BlobEntry before = blobs.put(entry.digest(), entry);
        stored.addAndGet(entry.sizeBytes() - (before == null ? 0 : before.sizeBytes()));
        evictor.stored(entry.facts());
    }

    /** Adds an incomplete blob, whose {@code open} says how much room it takes. */
    void add(PartialEntry entry) {
        partials.put(entry.digest, entry);
        if (entry.open == null) {
            entry.told = true;
            evictor.stored(entry.facts());
        }
    }

    /** Takes it out of the map for another entry of the same blob; its files stay. */
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
            evictor.removed(entry.digest());
            entry.drop(files);
            maps.delete(entry.digest());
            marks.drop(entry.digest());
        }
    }

    /** Its file cannot be opened: evicted this moment, or somebody deleted it behind our back. */
    void lost(BlobEntry entry) throws IOException {
        lock.lock();
        try {
            if (blobs.get(entry.digest()) == entry) {
                LOG.warn(
                        "store: the file of {} is gone; run dts:store-check to see whether more is"
                                + " missing",
                        entry.digest());
                metrics.damaged.increment();
                drop(entry);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Drops an incomplete blob that is not open. Holds the lock. */
    void drop(PartialEntry entry) throws IOException {
        if (remove(entry)) {
            if (entry.told) {
                evictor.removed(entry.digest);
            }
            Files.deleteIfExists(files.pieceLog(entry.digest));
            Files.deleteIfExists(files.partial(entry.digest));
            maps.delete(entry.digest);
            marks.drop(entry.digest);
        }
    }

    /** What takes room and could be dropped, as policies are told; pinned ones are among them. */
    List<CachedBlob> cached() {
        List<CachedBlob> all = new ArrayList<>();
        blobs.values().forEach(e -> all.add(e.facts()));
        partials.values().stream().filter(e -> e.open == null).forEach(e -> all.add(e.facts()));
        return all;
    }
}
