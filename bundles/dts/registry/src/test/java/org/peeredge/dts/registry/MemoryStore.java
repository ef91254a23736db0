// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kit.tck.TestRecords;

/** The store's contract in memory, for tests: strict about order and completeness. */
public final class MemoryStore implements ContentStore {
    /** Complete blobs. */
    public final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();

    /** What is pinned, here or not. */
    public final Set<Digest> pinned = ConcurrentHashMap.newKeySet();

    final Set<Digest> confined = ConcurrentHashMap.newKeySet();
    private final Set<Digest> open = ConcurrentHashMap.newKeySet();
    private final Map<String, TestRecords> tables = new ConcurrentHashMap<>();
    volatile boolean full;

    @Override
    public Optional<StoredBlob> find(Digest digest) {
        byte[] bytes = blobs.get(digest);
        return bytes == null ? Optional.empty() : Optional.of(new Stored(digest, bytes));
    }

    @Override
    public boolean has(Digest digest) {
        return blobs.containsKey(digest);
    }

    @Override
    public List<BlobInfo> list() {
        return blobs.entrySet().stream().map(e -> info(e.getKey(), e.getValue())).toList();
    }

    @Override
    public List<BlobInfo> incomplete() {
        return List.of();
    }

    @Override
    public PartialBlob open(Digest digest, long sizeBytes) {
        if (full) {
            throw new RetryLaterException("no room: free some space");
        }
        if (has(digest) || !open.add(digest)) {
            throw new IllegalStateException(digest + " is open or complete");
        }
        return new Partial(digest, sizeBytes);
    }

    @Override
    public void putMap(SignedMap map) {}

    @Override
    public Optional<SignedMap> map(Digest digest) {
        return Optional.empty();
    }

    @Override
    public void delete(Digest digest) {
        blobs.remove(digest);
        pinned.remove(digest);
        confined.remove(digest);
    }

    @Override
    public void pin(Digest digest, boolean pin) {
        if (pin) {
            pinned.add(digest);
        } else {
            pinned.remove(digest);
        }
    }

    @Override
    public void confine(Digest digest) {
        confined.add(digest);
    }

    @Override
    public Records records(String table) {
        return tables.computeIfAbsent(table, name -> new TestRecords());
    }

    @Override
    public CheckReport check(Consumer<Long> progress) {
        return new CheckReport(blobs.size(), 0, List.of(), 0, 0);
    }

    @Override
    public Usage usage() {
        return new Usage(0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    private BlobInfo info(Digest digest, byte[] bytes) {
        return new BlobInfo(
                digest, bytes.length, pinned.contains(digest), confined.contains(digest));
    }

    private static int copy(byte[] bytes, long offset, ByteBuffer into) {
        int count = (int) Math.min(into.remaining(), Math.max(0, bytes.length - offset));
        if (count > 0) {
            into.put(bytes, (int) offset, count);
        }
        return count;
    }

    private final class Stored implements StoredBlob {
        private final Digest digest;
        private final byte[] bytes;

        Stored(Digest digest, byte[] bytes) {
            this.digest = digest;
            this.bytes = bytes;
        }

        @Override
        public BlobInfo info() {
            return MemoryStore.this.info(digest, bytes);
        }

        @Override
        public int read(long offset, ByteBuffer into) {
            return copy(bytes, offset, into);
        }

        @Override
        public void close() {}
    }

    private final class Partial implements PartialBlob {
        private final Digest digest;
        private final byte[] bytes;
        private final BitSet have = new BitSet();
        private boolean closed;

        Partial(Digest digest, long sizeBytes) {
            this.digest = digest;
            this.bytes = new byte[(int) sizeBytes];
        }

        @Override
        public Digest digest() {
            return digest;
        }

        @Override
        public long sizeBytes() {
            return bytes.length;
        }

        @Override
        public BitSet have() {
            return (BitSet) have.clone();
        }

        @Override
        public void write(int piece, ByteBuffer data) {
            if (data.remaining() != Pieces.length(bytes.length, piece)) {
                throw new IllegalArgumentException("piece of " + data.remaining() + " bytes");
            }
            data.get(bytes, (int) Pieces.offset(bytes.length, piece), data.remaining());
            have.set(piece);
        }

        @Override
        public void forget(BitSet pieces) {
            have.andNot(pieces);
        }

        @Override
        public int read(long offset, ByteBuffer into) {
            return copy(bytes, offset, into);
        }

        @Override
        public Optional<PieceMap> verify() {
            throw new UnsupportedOperationException("the registry checks before it writes");
        }

        @Override
        public void complete() {
            if (have.cardinality() != Pieces.count(bytes.length)) {
                throw new IllegalStateException("pieces are missing");
            }
            blobs.put(digest, bytes);
            close();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.remove(digest);
            }
        }
    }
}
