// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.HexFormat;
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

/** A store in memory that a test can fill up, damage, and slow down. */
final class MemoryStore implements ContentStore {
    /** What happens before each read of a complete blob. */
    interface Gate {
        void pass() throws InterruptedException;
    }

    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<Digest, MemoryPartial> partials = new ConcurrentHashMap<>();
    private final Map<Digest, SignedMap> maps = new ConcurrentHashMap<>();
    private final Set<Digest> confined = ConcurrentHashMap.newKeySet();
    private final Map<String, TestRecords> tables = new ConcurrentHashMap<>();

    /** What the engine said of fetching blobs again. */
    final Map<Digest, Long> refetchCosts = new ConcurrentHashMap<>();

    volatile Gate gate = () -> {};
    volatile boolean damaged;
    volatile long roomBytes = Long.MAX_VALUE;

    static Digest digest(byte[] bytes) {
        return new Digest("sha256", HexFormat.of().formatHex(sha256(bytes, 0, bytes.length)));
    }

    private static byte[] sha256(byte[] bytes, int from, int length) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(bytes, from, length);
            return sha.digest();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    Digest put(byte[] bytes) {
        Digest digest = digest(bytes);
        blobs.put(digest, bytes);
        return digest;
    }

    byte[] bytes(Digest digest) {
        return blobs.getOrDefault(digest, new byte[0]);
    }

    /** Incomplete blobs that are open now. */
    long open() {
        return partials.values().stream().filter(p -> !p.closed).count();
    }

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

    private BlobInfo info(Digest digest, byte[] bytes) {
        return new BlobInfo(digest, bytes.length, false, confined.contains(digest));
    }

    @Override
    public List<BlobInfo> incomplete() {
        return List.of();
    }

    @Override
    public synchronized PartialBlob open(Digest digest, long sizeBytes) {
        if (sizeBytes > roomBytes) {
            throw new RetryLaterException("the store is full");
        }
        MemoryPartial before = partials.get(digest);
        if (has(digest) || (before != null && !before.closed)) {
            throw new IllegalStateException(digest + " is open already, or complete");
        }
        MemoryPartial partial =
                before != null && before.bytes.length == sizeBytes
                        ? new MemoryPartial(digest, before.bytes, before.have)
                        : new MemoryPartial(digest, new byte[(int) sizeBytes], new BitSet());
        partials.put(digest, partial);
        return partial;
    }

    @Override
    public void putMap(SignedMap map) {
        maps.put(map.map().digest(), map);
    }

    @Override
    public Optional<SignedMap> map(Digest digest) {
        return Optional.ofNullable(maps.get(digest));
    }

    @Override
    public void delete(Digest digest) {
        blobs.remove(digest);
        partials.remove(digest);
        maps.remove(digest);
    }

    @Override
    public void pin(Digest digest, boolean pinned) {}

    @Override
    public void confine(Digest digest) {
        confined.add(digest);
    }

    @Override
    public void refetchCost(Digest digest, long cost) {
        if (has(digest)) {
            refetchCosts.put(digest, cost);
        }
    }

    @Override
    public Records records(String table) {
        return tables.computeIfAbsent(table, name -> new TestRecords());
    }

    @Override
    public CheckReport check(Consumer<Long> progress) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Usage usage() {
        return new Usage(0, 0, roomBytes, roomBytes);
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
            try {
                gate.pass();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
            int n = (int) Math.min(into.remaining(), bytes.length - offset);
            int at = into.position();
            into.put(bytes, (int) offset, n);
            if (damaged && n > 0) {
                into.put(at, (byte) ~into.get(at));
            }
            return n;
        }

        @Override
        public void close() {}
    }

    private final class MemoryPartial implements PartialBlob {
        private final Digest digest;
        private final byte[] bytes;
        private final BitSet have;
        private volatile boolean closed;

        MemoryPartial(Digest digest, byte[] bytes, BitSet have) {
            this.digest = digest;
            this.bytes = bytes;
            this.have = have;
        }

        private void check() {
            if (closed) {
                throw new IllegalStateException("closed");
            }
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
        public synchronized BitSet have() {
            return (BitSet) have.clone();
        }

        @Override
        public synchronized void write(int piece, ByteBuffer data) {
            check();
            data.get(
                    bytes,
                    (int) Pieces.offset(bytes.length, piece),
                    Pieces.length(bytes.length, piece));
            have.set(piece);
        }

        @Override
        public synchronized void forget(BitSet pieces) {
            check();
            have.andNot(pieces);
        }

        @Override
        public synchronized int read(long offset, ByteBuffer into) {
            check();
            int piece = Pieces.at(bytes.length, offset);
            if (!have.get(piece)) {
                throw new IllegalStateException("piece " + piece + " is not here yet");
            }
            long end =
                    Math.min(bytes.length, Pieces.offset(bytes.length, have.nextClearBit(piece)));
            int n = (int) Math.min(into.remaining(), end - offset);
            into.put(bytes, (int) offset, n);
            return n;
        }

        @Override
        public synchronized Optional<PieceMap> verify() {
            check();
            if (!MemoryStore.digest(bytes).equals(digest)) {
                return Optional.empty();
            }
            int count = Pieces.count(bytes.length);
            byte[] leaves = new byte[count * PieceMap.LEAF_BYTES];
            for (int p = 0; p < count; p++) {
                byte[] leaf =
                        sha256(
                                bytes,
                                (int) Pieces.offset(bytes.length, p),
                                Pieces.length(bytes.length, p));
                System.arraycopy(leaf, 0, leaves, p * PieceMap.LEAF_BYTES, leaf.length);
            }
            return Optional.of(new PieceMap(digest, bytes.length, leaves));
        }

        @Override
        public synchronized void complete() {
            check();
            blobs.put(digest, bytes);
            partials.remove(digest);
            closed = true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
