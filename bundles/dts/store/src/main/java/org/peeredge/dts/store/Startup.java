// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;

/**
 * Finds out what is here. The files are the truth: the index only adds marks, so that a lost index
 * costs nothing but the order of eviction.
 */
final class Startup {
    private static final String FORMAT = "peeredge store 1\n";

    private final StoreFiles files;
    private final Catalog catalog;
    private final Marks marks;

    Startup(StoreFiles files, Catalog catalog, Marks marks) {
        this.files = files;
        this.catalog = catalog;
        this.marks = marks;
    }

    /** Keeps other processes, and other stores of this one, out of the folder. */
    static FileChannel lock(StoreFiles files) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        files.lock(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new IOException(
                        "another node uses the store in "
                                + files.root()
                                + ": stop it, or set another dir in "
                                + StoreSettings.BUNDLE);
            }
            checkFormat(files, channel);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Through the locked channel: closing another one of the same file would give the lock up. */
    private static void checkFormat(StoreFiles files, FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * FORMAT.length());
        int n = channel.read(bytes, 0);
        String format = new String(bytes.array(), 0, Math.max(n, 0), StandardCharsets.ISO_8859_1);
        if (format.isEmpty()) {
            channel.write(ByteBuffer.wrap(FORMAT.getBytes(StandardCharsets.ISO_8859_1)), 0);
        } else if (!format.equals(FORMAT)) {
            throw new IOException(
                    "the store in "
                            + files.root()
                            + " is of another version ('"
                            + format.strip()
                            + "'): run the version that made it, or set another dir in "
                            + StoreSettings.BUNDLE);
        }
    }

    /** Fills the catalog and clears away what a kill left behind. */
    void scan() throws IOException {
        StoreFiles.walk(files.trash(), (file, attributes) -> Files.deleteIfExists(file));
        StoreFiles.walk(files.blobs(), this::blob);
        StoreFiles.walk(files.partials(), this::partial);
        Set<Digest> here = new HashSet<>(catalog.blobs.keySet());
        here.addAll(catalog.partials.keySet());
        StoreFiles.walk(
                files.maps(),
                (file, attributes) -> {
                    if (files.named(files.maps(), file).filter(here::contains).isEmpty()) {
                        Files.deleteIfExists(file);
                    }
                });
        marks.retain(here);
    }

    /** A file in another place is left for a check, which says what it removes. */
    private void blob(Path file, BasicFileAttributes attributes) {
        files.named(files.blobs(), file)
                .ifPresent(digest ->
                        catalog.add(
                                new BlobEntry(
                                        digest,
                                        attributes.size(),
                                        file,
                                        marks.use(digest)
                                                .orElseGet(() ->
                                                        Use.first(
                                                                attributes
                                                                        .lastModifiedTime()
                                                                        .toMillis())))));
    }

    private void partial(Path file, BasicFileAttributes attributes) throws IOException {
        if (file.toString().endsWith(StoreFiles.LOG_SUFFIX)) {
            return;
        }
        Optional<Digest> digest = StoreFiles.namedPartial(file);
        if (digest.isEmpty()) {
            return;
        }
        Path log = files.pieceLog(digest.get());
        Optional<PieceLog.Saved> saved =
                Files.exists(log) && !catalog.blobs.containsKey(digest.get())
                        ? PieceLog.read(log, attributes.size())
                        : Optional.empty();
        if (saved.isEmpty()) {
            Files.deleteIfExists(log);
            Files.deleteIfExists(file);
            return;
        }
        catalog.add(
                new PartialEntry(
                        digest.get(),
                        saved.get().sizeBytes(),
                        attributes.lastModifiedTime().toMillis(),
                        saved.get().pieces()));
    }
}
