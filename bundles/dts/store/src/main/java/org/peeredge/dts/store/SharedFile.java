// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * One open file for many threads. Java closes a {@link FileChannel} for everybody when one thread
 * is interrupted in it; here the file is opened again and each call finishes, the interrupted one
 * with its mark set again. That is why a file that is dropped while it is read moves to the trash
 * and is deleted at the end: a deleted file could not be opened again. Reads and writes take no
 * lock.
 */
final class SharedFile {
    private final Set<OpenOption> options;
    private Path path;
    private boolean deleteAtEnd;
    private boolean closed;
    private volatile FileChannel channel;

    /** Opens {@code path}. */
    SharedFile(Path path, Set<OpenOption> options) throws IOException {
        this.options = Set.copyOf(options);
        this.path = path;
        this.channel = FileChannel.open(path, this.options);
    }

    private interface Work {
        long on(FileChannel channel) throws IOException;
    }

    /** Reads at {@code offset} until {@code into} is full or the file ends; 0 at the end. */
    int read(long offset, ByteBuffer into) throws IOException {
        int start = into.position();
        while (into.hasRemaining()) {
            int from = into.position();
            long n =
                    uninterrupted(c -> {
                        into.position(from);
                        return c.read(into, offset + (from - start));
                    });
            if (n < 0) {
                break;
            }
        }
        return into.position() - start;
    }

    /** Writes all of {@code data} at {@code offset}. */
    void write(long offset, ByteBuffer data) throws IOException {
        int start = data.position();
        while (data.hasRemaining()) {
            int from = data.position();
            uninterrupted(c -> {
                data.position(from);
                return c.write(data, offset + (from - start));
            });
        }
    }

    /** Brings what was written to the disk. */
    void force() throws IOException {
        uninterrupted(c -> {
            c.force(false);
            return 0;
        });
    }

    /** Renames the file; what is open stays open. */
    synchronized void moveTo(Path target) throws IOException {
        Files.move(path, target, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        path = target;
    }

    /** Deletes the file when it is closed. */
    synchronized void deleteAtEnd() {
        deleteAtEnd = true;
    }

    /** Closes it; safe to repeat. */
    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            channel.close();
            if (deleteAtEnd) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // What was forced is on disk; what is left in the trash goes at the next start.
            org.slf4j.LoggerFactory.getLogger(SharedFile.class).debug("store: close failed", e);
        }
    }

    private long uninterrupted(Work work) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel now = channel;
                try {
                    return work.on(now);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(now, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel broken, ClosedChannelException why)
            throws IOException {
        if (closed) {
            throw why;
        }
        if (channel.equals(broken)) {
            channel = FileChannel.open(path, options);
        }
    }
}
