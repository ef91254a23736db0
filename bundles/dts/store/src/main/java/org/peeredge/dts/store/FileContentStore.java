// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.store.cache.Evictor;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store: blobs in files, marks and records in the index. */
final class FileContentStore implements ContentStore, FilePartialBlob.Home, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileContentStore.class);

    private final StoreSettings settings;
    private final Clock clock;
    private final Loop loop;
    private final Flusher flusher;
    private final FileChannel folderLock;
    private final StoreFiles files;
    private final Index index;
    private final Marks marks;
    private final MapFiles maps;
    private final StoreMetrics metrics;
    private final Catalog catalog;
    private final Room room;
    private final Evictor evictor;
    private final ReentrantLock checking = new ReentrantLock();
    private final Housekeeper housekeeper;
    private volatile boolean closed;

    /**
     * Opens the store; blocks until what is in the folder is known.
     *
     * @param scope where metrics go; closed by the caller
     * @param evictor says what goes when room is needed
     */
    FileContentStore(
            StoreSettings settings,
            Clock clock,
            Threads threads,
            MetricScope scope,
            Evictor evictor)
            throws IOException {
        this.evictor = evictor;
        this.settings = settings;
        this.clock = clock;
        this.files = new StoreFiles(settings.dir());
        this.folderLock = Startup.lock(files);
        this.loop = threads.newLoop(StoreSettings.BUNDLE, "index");
        this.flusher = new Flusher(settings, threads, loop);
        Index opened = null;
        try {
            opened = Index.open(files, loop);
            this.index = opened;
            this.marks = new Marks(index);
            this.maps = new MapFiles(files);
            this.metrics = new StoreMetrics(scope);
            this.catalog = new Catalog(settings, files, maps, marks, metrics, evictor);
            this.room = new Room(settings, files, catalog, marks, metrics, evictor);
            if (index.rebuilt()) {
                metrics.rebuilds.increment();
            }
            new Startup(files, catalog, marks).scan();
            StoreMetrics.gauges(scope, catalog);
            this.housekeeper = new Housekeeper(loop, catalog, marks, evictor);
            evictor.attach(catalog.quotaBytes(), catalog::cached);
        } catch (IOException | RuntimeException e) {
            stop(opened);
            throw e;
        }
        LOG.info(
                "store: {} complete and {} incomplete blobs, {} of {} bytes, in {}",
                catalog.blobs.size(),
                catalog.partials.size(),
                usage().storedBytes() + usage().reservedBytes(),
                usage().quotaBytes(),
                settings.dir());
    }

    @Override
    public Optional<StoredBlob> find(Digest digest) {
        BlobEntry entry = catalog.blobs.get(digest);
        if (entry == null) {
            return Optional.empty();
        }
        try {
            Optional<SharedFile> file = entry.acquire();
            if (file.isEmpty()) {
                catalog.lost(entry);
                return Optional.empty();
            }
            housekeeper.used(entry, clock.now().toEpochMilli());
            return Optional.of(
                    new OpenStoredBlob(marks.info(digest, entry.sizeBytes()), entry, file.get()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean has(Digest digest) {
        return catalog.blobs.containsKey(digest);
    }

    @Override
    public List<BlobInfo> list() {
        return catalog.blobs.values().stream()
                .map(e -> marks.info(e.digest(), e.sizeBytes()))
                .toList();
    }

    @Override
    public List<BlobInfo> incomplete() {
        return catalog.partials.values().stream()
                .filter(e -> e.open == null)
                .map(e -> marks.info(e.digest, e.sizeBytes))
                .toList();
    }

    @Override
    public PartialBlob open(Digest digest, long sizeBytes) throws IOException {
        int pieces = Pieces.count(sizeBytes);
        catalog.lock.lock();
        try {
            checkOpen();
            PartialEntry known = catalog.partials.get(digest);
            if (has(digest) || (known != null && known.open != null)) {
                throw new IllegalStateException(
                        digest + (has(digest) ? " is complete" : " is open already"));
            }
            if (known != null && known.sizeBytes != sizeBytes) {
                LOG.debug("store: {} has another size now, begun anew", digest);
                catalog.drop(known);
                known = null;
            }
            room.checkOpenLimit();
            room.make(digest, sizeBytes, known);
            if (known == null) {
                evictor.missed(sizeBytes);
            }
            LOG.debug("store: open {} of {} pieces", digest, pieces);
            return openFiles(digest, sizeBytes, known);
        } catch (IOException e) {
            throw DiskFull.translate(settings.dir(), e);
        } finally {
            catalog.lock.unlock();
        }
    }

    private FilePartialBlob openFiles(Digest digest, long sizeBytes, @Nullable PartialEntry known)
            throws IOException {
        Path data = files.partial(digest);
        Path logPath = files.pieceLog(digest);
        Optional<PieceLog.Saved> saved =
                known == null ? Optional.empty() : PieceLog.read(logPath, Files.size(data));
        PieceLog.Saved here =
                saved.orElseGet(() -> new PieceLog.Saved(sizeBytes, new BitSet(), new BitSet()));
        PieceLog log =
                saved.isPresent()
                        ? PieceLog.reopen(logPath, saved.get())
                        : PieceLog.create(logPath, sizeBytes);
        try {
            SharedFile file =
                    new SharedFile(
                            data,
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE));
            PartialEntry entry =
                    new PartialEntry(digest, sizeBytes, clock.now().toEpochMilli(), here.pieces());
            FilePartialBlob blob = new FilePartialBlob(entry, file, log, here, this, settings);
            entry.open = blob;
            blob.flushLeft();
            if (known != null) {
                entry.told = known.told;
                catalog.remove(known);
            }
            catalog.add(entry);
            return blob;
        } catch (IOException e) {
            log.close();
            throw e;
        }
    }

    @Override
    public void flushLater(FilePartialBlob blob, boolean now) {
        flusher.flush(blob, now);
    }

    @Override
    public void grew(PartialEntry entry, int bytes) {
        catalog.grew(entry, bytes);
    }

    @Override
    public void completed(FilePartialBlob blob) throws IOException {
        PartialEntry entry = blob.entry();
        Path target = files.blob(entry.digest);
        catalog.lock.lock();
        try {
            if (catalog.partials.get(entry.digest) != entry) {
                throw new IllegalStateException(entry.digest + " was deleted");
            }
            StoreFiles.makeParent(target);
            blob.file().moveTo(target);
            Path dir = target.getParent();
            if (dir != null) {
                StoreFiles.sync(dir);
            }
            Files.deleteIfExists(files.pieceLog(entry.digest));
            catalog.remove(entry);
            long now = clock.now().toEpochMilli();
            BlobEntry blobEntry =
                    new BlobEntry(entry.digest, entry.sizeBytes, target, Use.first(now));
            catalog.add(blobEntry);
            housekeeper.changed(blobEntry);
        } finally {
            catalog.lock.unlock();
        }
    }

    @Override
    public void closed(FilePartialBlob blob) {
        PartialEntry entry = blob.entry();
        catalog.lock.lock();
        try {
            if (catalog.remove(entry)) {
                entry.open = null;
                catalog.add(entry);
            }
        } finally {
            catalog.lock.unlock();
        }
    }

    @Override
    public void putMap(SignedMap map) throws IOException {
        maps.put(map);
    }

    @Override
    public Optional<SignedMap> map(Digest digest) throws IOException {
        return maps.get(digest);
    }

    @Override
    public void delete(Digest digest) throws IOException {
        FilePartialBlob running = null;
        catalog.lock.lock();
        try {
            BlobEntry blob = catalog.blobs.get(digest);
            if (blob != null) {
                catalog.drop(blob);
            }
            PartialEntry partial = catalog.partials.get(digest);
            if (partial != null) {
                running = partial.open;
                catalog.drop(partial);
            }
        } finally {
            catalog.lock.unlock();
        }
        if (running != null) {
            running.abandon();
        }
    }

    @Override
    public void pin(Digest digest, boolean pinned) throws IOException {
        catalog.lock.lock();
        try {
            checkKnown(digest);
            marks.pin(digest, pinned);
        } finally {
            catalog.lock.unlock();
        }
    }

    @Override
    public void confine(Digest digest) throws IOException {
        catalog.lock.lock();
        try {
            checkKnown(digest);
            marks.confine(digest);
        } finally {
            catalog.lock.unlock();
        }
    }

    @Override
    public void refetchCost(Digest digest, long cost) {
        // Inside the map, so that a policy is not told of it after it was told that it is gone.
        catalog.blobs.computeIfPresent(
                digest,
                (name, entry) -> {
                    entry.refetchCost(cost);
                    evictor.stored(entry.facts());
                    housekeeper.changed(entry);
                    return entry;
                });
    }

    private void checkKnown(Digest digest) {
        if (!has(digest) && !catalog.partials.containsKey(digest)) {
            throw new NeverException(digest + " is not in the store");
        }
    }

    @Override
    public Records records(String table) {
        return new IndexRecords(index, table, settings.maxRecordBytes());
    }

    @Override
    public CheckReport check(Consumer<Long> progress) throws IOException {
        if (!checking.tryLock()) {
            throw new IllegalStateException("a check runs already");
        }
        try {
            return new Checker(files, catalog, metrics, progress).run();
        } finally {
            checking.unlock();
        }
    }

    @Override
    public Usage usage() {
        return catalog.usage();
    }

    /** Writes what is waiting and stops the threads; open readers and writers fail from now on. */
    @Override
    public void close() {
        catalog.lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            catalog.lock.unlock();
        }
        for (PartialEntry entry : catalog.partials.values()) {
            FilePartialBlob open = entry.open;
            if (open != null) {
                open.close();
            }
        }
        evictor.detach();
        housekeeper.write();
        stop(index);
    }

    private void stop(@Nullable Index opened) {
        flusher.close();
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("store: index close failed; it is brought in line at the next start", e);
        }
        loop.close();
        try {
            folderLock.close();
        } catch (IOException e) {
            LOG.debug("store: lock close failed", e);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the store is closed");
        }
    }
}
