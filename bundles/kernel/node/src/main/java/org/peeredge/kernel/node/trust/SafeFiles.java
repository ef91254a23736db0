// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Small files that must survive a power cut: written beside, forced to disk, then renamed, so that
 * a reader sees the old bytes or the new ones. All are readable by the owner alone (mode 0600).
 */
public final class SafeFiles {
    private static final Logger LOG = LoggerFactory.getLogger(SafeFiles.class);
    private static final Set<PosixFilePermission> PRIVATE =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> PRIVATE_FOLDER =
            PosixFilePermissions.fromString("rwx------");

    private SafeFiles() {}

    /**
     * Replaces {@code file} in one step; makes its folder when missing.
     *
     * @throws RetryLaterException naming the file, when the disk refuses
     */
    public static void write(Path file, byte[] bytes) {
        try {
            Path folder = folderOf(file);
            Files.createDirectories(folder, mode(folder, PRIVATE_FOLDER));
            Path fresh = folder.resolve(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            try (FileChannel out =
                    FileChannel.open(
                            fresh,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            mode(folder, PRIVATE))) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    out.write(rest);
                }
                out.force(true);
            }
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            forceFolder(folder);
        } catch (IOException e) {
            throw new RetryLaterException(
                    "cannot write " + file + " (" + e + "): check space and permissions", e);
        }
    }

    /**
     * The bytes of {@code file}, empty when there is no such file.
     *
     * @param maxBytes a longer file is damaged
     */
    public static Optional<byte[]> read(Path file, int maxBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw damaged(file, "it is longer than " + maxBytes + " bytes", null);
            }
            return Optional.of(bytes);
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": check its permissions", e);
        }
    }

    /** {@link #read} for a file that holds a secret: warns when others may read it. */
    public static Optional<byte[]> readSecret(Path file, int maxBytes) {
        Optional<byte[]> bytes = read(file, maxBytes);
        try {
            if (bytes.isPresent() && posix(file)) {
                Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
                if (!PRIVATE.containsAll(mode)) {
                    LOG.warn(
                            "{} holds a secret and has the mode {}; run: chmod 600 {}",
                            file,
                            PosixFilePermissions.toString(mode),
                            file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the mode of " + file, e);
        }
        return bytes;
    }

    /**
     * The error for a file whose content makes no sense; nothing is ever made anew in its place.
     */
    public static NeverException damaged(
            Path file, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String text =
                file
                        + " is damaged ("
                        + why
                        + "): put it back from a backup, or move the folder "
                        + folderOf(file)
                        + " away to start as a new node";
        return cause == null ? new NeverException(text) : new NeverException(text, cause);
    }

    /** Without this a power cut may undo the rename. */
    private static void forceFolder(Path folder) throws IOException {
        if (posix(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static FileAttribute<?>[] mode(Path where, Set<PosixFilePermission> mode) {
        return posix(where)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
                : new FileAttribute<?>[0];
    }

    private static boolean posix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " is no file name");
        }
        return folder;
    }
}
