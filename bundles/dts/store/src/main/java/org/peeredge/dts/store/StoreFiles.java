// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.peeredge.dts.api.Digest;

/**
 * Where everything lies below the store's folder; {@code docs/protocol/store.md} has the table. A
 * file under {@code blobs} is always complete: it gets there by a rename after its bytes are on
 * disk.
 */
final class StoreFiles {
    /** The suffix of the piece log beside an incomplete blob. */
    static final String LOG_SUFFIX = ".pieces";

    private final Path root;
    private final AtomicLong trashNumber = new AtomicLong();

    /** Makes the folders that are missing. */
    StoreFiles(Path root) throws IOException {
        this.root = root;
        for (Path dir : new Path[] {blobs(), maps(), partials(), trash()}) {
            Files.createDirectories(dir);
        }
    }

    Path root() {
        return root;
    }

    Path blobs() {
        return root.resolve("blobs");
    }

    Path maps() {
        return root.resolve("maps");
    }

    Path partials() {
        return root.resolve("partial");
    }

    Path trash() {
        return root.resolve("trash");
    }

    Path index() {
        return root.resolve("index.mv");
    }

    Path journal() {
        return root.resolve("index.journal");
    }

    Path lock() {
        return root.resolve("store.lock");
    }

    Path blob(Digest digest) {
        return below(blobs(), digest);
    }

    Path map(Digest digest) {
        return below(maps(), digest);
    }

    Path partial(Digest digest) {
        return partials().resolve(digest.algorithm() + "-" + digest.hex());
    }

    Path pieceLog(Digest digest) {
        return partials().resolve(digest.algorithm() + "-" + digest.hex() + LOG_SUFFIX);
    }

    /** A new name for a file whose readers are not done yet. */
    Path newTrash() {
        return trash().resolve("t" + trashNumber.incrementAndGet());
    }

    private static Path below(Path top, Digest digest) {
        return top.resolve(digest.algorithm())
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
    }

    /** The blob or map that a file holds by its place; empty for a file that belongs to nothing. */
    Optional<Digest> named(Path top, Path file) {
        Path inside = top.relativize(file);
        if (inside.getNameCount() != 3) {
            return Optional.empty();
        }
        Optional<Digest> digest = parse(inside.getName(0).toString(), inside.getName(2).toString());
        return digest.filter(d -> below(top, d).equals(file));
    }

    /** The blob that a file in {@code partial} is a part of. */
    static Optional<Digest> namedPartial(Path file) {
        String name = file.getFileName().toString();
        if (name.endsWith(LOG_SUFFIX)) {
            name = name.substring(0, name.length() - LOG_SUFFIX.length());
        }
        int dash = name.indexOf('-');
        return dash < 0
                ? Optional.empty()
                : parse(name.substring(0, dash), name.substring(dash + 1));
    }

    private static Optional<Digest> parse(String algorithm, String hex) {
        try {
            return Optional.of(new Digest(algorithm, hex));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What is done with each file of a tree. */
    interface FileVisit {
        void file(Path file, BasicFileAttributes attributes) throws IOException;
    }

    /** Visits the files below {@code top}; those that vanish meanwhile are skipped. */
    static void walk(Path top, FileVisit visit) throws IOException {
        Files.walkFileTree(
                top,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        visit.file(file, attributes);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure)
                            throws IOException {
                        if (failure instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failure;
                    }
                });
    }

    /** Makes renames in {@code dir} durable. */
    static void sync(Path dir) throws IOException {
        try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes the folder that {@code file} goes into, durably. */
    static void makeParent(Path file) throws IOException {
        Path dir = file.getParent();
        if (dir != null && !Files.isDirectory(dir)) {
            Files.createDirectories(dir);
            for (Path up = dir.getParent(); up != null; up = up.getParent()) {
                sync(up);
                if (up.endsWith("blobs") || up.endsWith("maps")) {
                    return;
                }
            }
        }
    }
}
