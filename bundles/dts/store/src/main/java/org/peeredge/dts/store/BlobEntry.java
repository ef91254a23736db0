// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachedBlob;

/** A complete blob: its file, open while somebody reads it. */
final class BlobEntry {
    private final Digest digest;
    private final long sizeBytes;
    private final Path path;
    private volatile Use use;
    private @Nullable SharedFile file;
    private int readers;
    private boolean gone;

    BlobEntry(Digest digest, long sizeBytes, Path path, Use use) {
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.path = path;
        this.use = use;
    }

    Digest digest() {
        return digest;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    long usedMillis() {
        return use.lastMillis();
    }

    Use use() {
        return use;
    }

    /** What policies are told of it. */
    CachedBlob facts() {
        return use.facts(digest, sizeBytes);
    }

    /** Notes that it was asked for; whether that counts as another use. */
    synchronized boolean used(long atMillis) {
        Use before = use;
        use = before.again(atMillis);
        return use.count() != before.count();
    }

    /** Notes what fetching it again would cost. */
    synchronized void refetchCost(long cost) {
        use = use.costing(cost);
    }

    /** Opens the file for one more reader; empty when the blob was dropped or its file is lost. */
    synchronized Optional<SharedFile> acquire() throws IOException {
        if (gone) {
            return Optional.empty();
        }
        SharedFile open = file;
        if (open == null) {
            try {
                open = new SharedFile(path, Set.of(StandardOpenOption.READ));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
            file = open;
        }
        readers++;
        return Optional.of(open);
    }

    /** A reader is done. */
    synchronized void release() {
        readers--;
        SharedFile open = file;
        if (readers == 0 && open != null) {
            open.close();
            file = null;
        }
    }

    synchronized boolean read() {
        return readers > 0;
    }

    /** Drops the file; readers go on until they close. */
    synchronized void drop(StoreFiles files) throws IOException {
        gone = true;
        SharedFile open = file;
        if (open == null) {
            Files.deleteIfExists(path);
            return;
        }
        try {
            open.moveTo(files.newTrash());
        } catch (NoSuchFileException e) {
            return; // somebody deleted the file by hand
        }
        open.deleteAtEnd();
    }
}
