// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.push;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.OciException;
import org.peeredge.dts.registry.util.StoreWriter;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.netty.HttpRequest;

/**
 * One upload: a file that grows, and the hash of what is in it. One request at a time works on it,
 * see {@link #claim}.
 */
final class Upload implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;

    private final UpstreamRef repo;
    private final String id;
    private final Path file;
    private final FileChannel channel;
    private final long maxBytes;
    private final MessageDigest sha256 = StoreWriter.hash("sha256");
    private final ReentrantLock busy = new ReentrantLock();
    private volatile long sizeBytes;
    private volatile long touchedNanos;

    Upload(UpstreamRef repo, String id, Path file, long maxBytes, long nowNanos)
            throws IOException {
        this.repo = repo;
        this.id = id;
        this.file = file;
        this.maxBytes = maxBytes;
        this.touchedNanos = nowNanos;
        this.channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
    }

    UpstreamRef repo() {
        return repo;
    }

    String id() {
        return id;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    long touchedNanos() {
        return touchedNanos;
    }

    /** Takes it for one request; false while another has it. Give it back with {@link #release}. */
    boolean claim(long nowNanos) {
        touchedNanos = nowNanos;
        return busy.tryLock();
    }

    void release(long nowNanos) {
        touchedNanos = nowNanos;
        busy.unlock();
    }

    /**
     * Appends a request's body. What arrived before a client went away stays: it may resume.
     *
     * @throws OciException 413 when it grows beyond the limit
     */
    void append(HttpRequest request) throws IOException {
        if (request.contentLength().orElse(0) > maxBytes - sizeBytes) {
            throw tooLong();
        }
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (request.read(buffer) >= 0) {
            if (!buffer.hasRemaining()) {
                flush(buffer);
            }
        }
        flush(buffer);
    }

    private void flush(ByteBuffer buffer) {
        buffer.flip();
        if (buffer.remaining() > maxBytes - sizeBytes) {
            throw tooLong();
        }
        // The claim sees to it that there is one writer.
        long before = sizeBytes;
        int count = buffer.remaining();
        ByteBuffer written = buffer.duplicate();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer, sizeBytes + buffer.position());
            }
        } catch (IOException e) {
            throw new RetryLaterException(
                    "the upload could not be written to "
                            + file.getParent()
                            + ": "
                            + e.getMessage(),
                    e);
        }
        sha256.update(written);
        sizeBytes = before + count;
        buffer.clear();
    }

    private OciException tooLong() {
        return new OciException(
                413,
                "SIZE_INVALID",
                "uploads of more than "
                        + maxBytes
                        + " bytes are not taken (org.peeredge.dts.registry, upload.max.bytes)");
    }

    /** Whether what is in the file has this digest. */
    boolean matches(Digest digest) throws IOException {
        if (digest.algorithm().equals("sha256")) {
            return sameHash(copyOfSha256(), digest);
        }
        MessageDigest hash = StoreWriter.hash(digest.algorithm());
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < sizeBytes; ) {
            buffer.clear();
            int count = channel.read(buffer, at);
            if (count < 0) {
                throw new IOException(file + " is shorter than what was written to it");
            }
            hash.update(buffer.flip());
            at += count;
        }
        return sameHash(hash.digest(), digest);
    }

    private byte[] copyOfSha256() {
        try {
            return ((MessageDigest) sha256.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this Java runtime's SHA-256 cannot be copied", e);
        }
    }

    private static boolean sameHash(byte[] hash, Digest digest) {
        return HexFormat.of().formatHex(hash).equals(digest.hex());
    }

    /** Reads back what was uploaded. */
    void read(long offset, ByteBuffer into) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int count = channel.read(into, at);
            if (count < 0) {
                return;
            }
            at += count;
        }
    }

    /** Drops the file. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
