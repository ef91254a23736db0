// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;

/**
 * An incomplete blob that is open. Bytes go straight to their place in the file, and the piece log
 * says so, which outlives a kill. That they were forced to the disk, which a timer, the amount
 * written, or {@link #complete} brings about, it is told after that. Locks, in this order: {@code
 * life} (shared by users, exclusive for the end), {@code flushing}, the monitor of {@code have}.
 */
final class FilePartialBlob implements PartialBlob {
    /** What an open blob needs of its store. */
    interface Home {
        /** Bytes are waiting to be made durable: call {@link FilePartialBlob#flush} in time. */
        void flushLater(FilePartialBlob blob, boolean now);

        /** Bytes were written that took new room. */
        void grew(PartialEntry entry, int bytes);

        /** Turns the forced file into a complete blob. */
        void completed(FilePartialBlob blob) throws IOException;

        /** It was closed. */
        void closed(FilePartialBlob blob);
    }

    private final PartialEntry entry;
    private final SharedFile file;
    private final PieceLog log;
    private final Home home;
    private final StoreSettings settings;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private final ReentrantLock flushing = new ReentrantLock();
    private final BitSet have;
    private final BitSet written;
    private final BitSet waiting;
    private long waitingBytes;
    private boolean closed;

    /** An open blob; pieces that are here and not forced are forced in time. */
    FilePartialBlob(
            PartialEntry entry,
            SharedFile file,
            PieceLog log,
            PieceLog.Saved here,
            Home home,
            StoreSettings settings) {
        this.entry = entry;
        this.file = file;
        this.log = log;
        this.have = (BitSet) here.pieces().clone();
        this.written = (BitSet) here.pieces().clone();
        this.waiting = (BitSet) here.pieces().clone();
        this.waiting.andNot(here.forced());
        this.waitingBytes = PartialEntry.bytes(entry.sizeBytes, waiting);
        this.home = home;
        this.settings = settings;
    }

    PartialEntry entry() {
        return entry;
    }

    SharedFile file() {
        return file;
    }

    @Override
    public Digest digest() {
        return entry.digest;
    }

    @Override
    public long sizeBytes() {
        return entry.sizeBytes;
    }

    @Override
    public BitSet have() {
        synchronized (have) {
            return (BitSet) have.clone();
        }
    }

    @Override
    public void write(int piece, ByteBuffer data) throws IOException {
        int length = Pieces.length(entry.sizeBytes, piece);
        if (data.remaining() != length) {
            throw new IllegalArgumentException(
                    "piece " + piece + " has " + length + " bytes, not " + data.remaining());
        }
        life.readLock().lock();
        try {
            checkOpen();
            try {
                file.write(Pieces.offset(entry.sizeBytes, piece), data);
                log.written(piece);
            } catch (IOException e) {
                throw DiskFull.translate(settings.dir(), e);
            }
            flushIfMuch(wrote(piece, length));
        } finally {
            life.readLock().unlock();
        }
    }

    /** Notes a written piece; returns the bytes that wait to be made durable. */
    private long wrote(int piece, int length) {
        boolean first;
        long now;
        synchronized (have) {
            have.set(piece);
            if (!waiting.get(piece)) {
                waiting.set(piece);
                waitingBytes += length;
            }
            first = waiting.cardinality() == 1;
            now = waitingBytes;
            if (!written.get(piece)) {
                written.set(piece);
                home.grew(entry, length);
            }
        }
        if (first) {
            home.flushLater(this, false);
        }
        return now;
    }

    /** Has what the process before wrote and did not force forced in time. */
    void flushLeft() {
        synchronized (have) {
            if (waiting.isEmpty()) {
                return;
            }
        }
        home.flushLater(this, false);
    }

    /** From half of the limit on others flush; a writer who comes to the limit does it itself. */
    private void flushIfMuch(long waitingNow) throws IOException {
        if (waitingNow >= settings.flushBytes()) {
            flushLocked();
        } else if (waitingNow >= settings.flushBytes() / 2) {
            home.flushLater(this, true);
        }
    }

    /** Makes what was written durable; does nothing once closed. */
    void flush() throws IOException {
        life.readLock().lock();
        try {
            if (!closed) {
                flushLocked();
            }
        } finally {
            life.readLock().unlock();
        }
    }

    private void flushLocked() throws IOException {
        flushing.lock();
        try {
            BitSet pieces;
            long bytes;
            synchronized (have) {
                pieces = (BitSet) waiting.clone();
                bytes = waitingBytes;
                if (bytes == 0) {
                    return;
                }
            }
            file.force();
            log.forced(pieces);
            synchronized (have) {
                // A piece written again meanwhile is on disk one way or the other: both passed.
                waiting.andNot(pieces);
                waitingBytes -= bytes;
            }
        } finally {
            flushing.unlock();
        }
    }

    @Override
    public void forget(BitSet pieces) throws IOException {
        life.readLock().lock();
        try {
            checkOpen();
            flushing.lock();
            try {
                synchronized (have) {
                    have.andNot(pieces);
                    waiting.andNot(pieces);
                    waitingBytes = PartialEntry.bytes(entry.sizeBytes, waiting);
                }
                log.forget(clip(pieces));
            } finally {
                flushing.unlock();
            }
        } finally {
            life.readLock().unlock();
        }
    }

    private BitSet clip(BitSet pieces) {
        return pieces.get(0, Pieces.count(entry.sizeBytes));
    }

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
        if (offset < 0 || offset > entry.sizeBytes) {
            throw new IllegalArgumentException(
                    "offset " + offset + " of a blob of " + entry.sizeBytes + " bytes");
        }
        life.readLock().lock();
        try {
            checkOpen();
            long end = Math.min(entry.sizeBytes, hereUntil(offset));
            int limit = into.limit();
            into.limit((int) Math.min(limit, into.position() + (end - offset)));
            try {
                return file.read(offset, into);
            } finally {
                into.limit(limit);
            }
        } finally {
            life.readLock().unlock();
        }
    }

    private long hereUntil(long offset) {
        if (offset == entry.sizeBytes) {
            return offset;
        }
        int piece = Pieces.at(entry.sizeBytes, offset);
        synchronized (have) {
            int missing = have.nextClearBit(piece);
            if (missing == piece) {
                throw new IllegalStateException("piece " + piece + " is not here yet");
            }
            return Pieces.offset(entry.sizeBytes, missing);
        }
    }

    @Override
    public Optional<PieceMap> verify() throws IOException {
        life.readLock().lock();
        try {
            checkOpen();
            checkAll();
            return Hashing.map(entry.digest, entry.sizeBytes, file);
        } finally {
            life.readLock().unlock();
        }
    }

    @Override
    public void complete() throws IOException {
        life.writeLock().lock();
        try {
            checkOpen();
            checkAll();
            try {
                file.force();
                home.completed(this);
            } catch (IOException e) {
                throw DiskFull.translate(settings.dir(), e);
            }
            shut();
        } finally {
            life.writeLock().unlock();
        }
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            try {
                flushLocked();
            } catch (IOException e) {
                // What was not flushed is fetched again; nothing wrong is on disk.
                org.slf4j.LoggerFactory.getLogger(FilePartialBlob.class)
                        .debug("store: last flush of {} failed", entry.digest, e);
            }
            shut();
            home.closed(this);
        } finally {
            life.writeLock().unlock();
        }
    }

    /** Ends it because its files are deleted. Waits for running reads and writes. */
    void abandon() {
        life.writeLock().lock();
        try {
            shut();
        } finally {
            life.writeLock().unlock();
        }
    }

    private void shut() {
        closed = true;
        file.close();
        log.close();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("closed: " + entry.digest);
        }
    }

    private void checkAll() {
        synchronized (have) {
            int count = Pieces.count(entry.sizeBytes);
            if (have.nextClearBit(0) < count) {
                throw new IllegalStateException(
                        have.cardinality() + " of " + count + " pieces of " + entry.digest);
            }
        }
    }
}
