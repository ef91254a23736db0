// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.peeredge.dts.api.ContentStore.CheckReport;
import org.peeredge.dts.api.Digest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a check. Reads without the lock; takes it to drop or add. For one use. */
final class Checker {
    private static final Logger LOG = LoggerFactory.getLogger(Checker.class);

    private final StoreFiles files;
    private final Catalog catalog;
    private final StoreMetrics metrics;
    private final Consumer<Long> progress;
    private final List<Digest> damaged = new ArrayList<>();
    private int blobs;
    private long bytes;
    private int reindexed;
    private int stray;

    Checker(StoreFiles files, Catalog catalog, StoreMetrics metrics, Consumer<Long> progress) {
        this.files = files;
        this.catalog = catalog;
        this.metrics = metrics;
        this.progress = progress;
    }

    CheckReport run() throws IOException {
        for (BlobEntry entry : List.copyOf(catalog.blobs.values())) {
            check(entry);
        }
        StoreFiles.walk(files.blobs(), this::blobFile);
        StoreFiles.walk(files.partials(), this::partialFile);
        StoreFiles.walk(files.maps(), this::mapFile);
        return new CheckReport(blobs, bytes, List.copyOf(damaged), reindexed, stray);
    }

    private void check(BlobEntry entry) throws IOException {
        Optional<SharedFile> file = entry.acquire();
        if (file.isEmpty()) {
            // Dropped meanwhile, or its file was taken away.
            if (catalog.blobs.get(entry.digest()) == entry) {
                drop(entry, "its file is missing");
            }
            return;
        }
        boolean good;
        try {
            good = Hashing.matches(entry.digest(), file.get(), this::read);
        } finally {
            entry.release();
        }
        if (good) {
            blobs++;
        } else {
            drop(entry, "its bytes do not match its digest");
        }
    }

    private void read(long n) {
        bytes += n;
        progress.accept(bytes);
    }

    private void drop(BlobEntry entry, String why) throws IOException {
        LOG.warn(
                "store: blob {} is dropped: {}. It is fetched again when it is wanted; publish it"
                        + " again if it came from here, and check the disk.",
                entry.digest(),
                why);
        damaged.add(entry.digest());
        metrics.damaged.increment();
        catalog.lock.lock();
        try {
            catalog.drop(entry);
        } finally {
            catalog.lock.unlock();
        }
    }

    /** A file that came while the store was not looking, or that belongs to nothing. */
    private void blobFile(Path path, BasicFileAttributes attributes) throws IOException {
        Optional<Digest> digest = files.named(files.blobs(), path);
        if (digest.isEmpty()) {
            remove(path);
            return;
        }
        catalog.lock.lock();
        try {
            if (catalog.blobs.containsKey(digest.get()) || !Files.exists(path)) {
                return;
            }
            SharedFile file = new SharedFile(path, Set.of(StandardOpenOption.READ));
            try {
                if (Hashing.matches(digest.get(), file, this::read)) {
                    long used = attributes.lastModifiedTime().toMillis();
                    catalog.add(
                            new BlobEntry(digest.get(), attributes.size(), path, Use.first(used)));
                    blobs++;
                    reindexed++;
                    return;
                }
            } finally {
                file.close();
            }
            damaged.add(digest.get());
            metrics.damaged.increment();
            Files.deleteIfExists(path);
        } finally {
            catalog.lock.unlock();
        }
    }

    private void partialFile(Path path, BasicFileAttributes attributes) throws IOException {
        catalog.lock.lock();
        try {
            if (StoreFiles.namedPartial(path).filter(catalog.partials::containsKey).isEmpty()) {
                remove(path);
            }
        } finally {
            catalog.lock.unlock();
        }
    }

    private void mapFile(Path path, BasicFileAttributes attributes) throws IOException {
        Optional<Digest> digest = files.named(files.maps(), path);
        if (digest.filter(catalog.blobs::containsKey).isEmpty()
                && digest.filter(catalog.partials::containsKey).isEmpty()) {
            remove(path);
        }
    }

    private void remove(Path path) throws IOException {
        if (Files.deleteIfExists(path)) {
            LOG.info("store: removed {}, which belongs to nothing", path);
            stray++;
        }
    }
}
