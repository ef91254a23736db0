// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.util;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.Optional;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.api.Transfers;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.RetryLaterException;

/**
 * Brings bytes that are here and checked into the store. Blocks on disk. Safe for use by many
 * threads.
 */
public final class StoreWriter {
    /** Bytes that can be read at any offset. */
    @FunctionalInterface
    public interface Source {
        /** Fills {@code into} from {@code offset}. */
        void read(long offset, ByteBuffer into) throws IOException;
    }

    private static final int ATTEMPTS = 3;

    private final ContentStore store;
    private final Transfers transfers;
    private final Duration wait;

    /** A writer that waits {@code wait} for a transfer of the same blob to end. */
    public StoreWriter(ContentStore store, Transfers transfers, Duration wait) {
        this.store = store;
        this.transfers = transfers;
        this.wait = wait;
    }

    /** The digest of {@code bytes} in the algorithm of {@code like}. */
    public static Digest digest(byte[] bytes, String algorithm) {
        MessageDigest hash = hash(algorithm);
        return new Digest(algorithm, HexFormat.of().formatHex(hash.digest(bytes)));
    }

    /** A hash for an OCI algorithm, {@code sha256} or {@code sha512}. */
    public static MessageDigest hash(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks " + algorithm, e);
        }
    }

    /** Stores a checked value; see {@link #put(Digest, long, boolean, Source)}. */
    public void put(Digest digest, byte[] bytes, boolean confined) throws IOException {
        put(
                digest,
                bytes.length,
                confined,
                (offset, into) -> into.put(bytes, (int) offset, into.remaining()));
    }

    /**
     * Stores a blob whose digest the caller has checked; nothing happens when it is there.
     *
     * @param confined whether it must stay on this node; when not, and the store has it confined,
     *     it is stored anew: whoever brings the bytes had no need of the credentials
     * @throws RetryLaterException when the store is full or busy with that blob
     */
    public void put(Digest digest, long sizeBytes, boolean confined, Source source)
            throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<BlobInfo> there = info(digest);
            if (there.isPresent()) {
                if (confined || !there.get().confined()) {
                    return;
                }
                store.delete(digest);
            }
            try (PartialBlob blob = store.open(digest, sizeBytes)) {
                write(blob, confined, source);
                return;
            } catch (IllegalStateException e) {
                // Complete by now, or a transfer has it open: then that one brings the same bytes.
                joined(digest, sizeBytes);
            }
        }
        throw new RetryLaterException("the store is busy with " + digest);
    }

    /** What the store says of a complete blob. */
    public Optional<BlobInfo> info(Digest digest) {
        if (!store.has(digest)) {
            return Optional.empty();
        }
        Optional<StoredBlob> found = store.find(digest);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (StoredBlob blob = found.get()) {
            return Optional.of(blob.info());
        }
    }

    private void write(PartialBlob blob, boolean confined, Source source) throws IOException {
        if (confined) {
            store.confine(blob.digest());
        }
        BitSet old = blob.have();
        if (!old.isEmpty()) {
            // Left by a broken transfer and perhaps never checked; ours are.
            blob.forget(old);
        }
        long size = blob.sizeBytes();
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(size, Pieces.bytes(size)));
        for (int i = 0; i < Pieces.count(size); i++) {
            piece.clear().limit(Pieces.length(size, i));
            source.read(Pieces.offset(size, i), piece);
            if (piece.hasRemaining()) {
                throw new IOException("piece " + i + " of " + blob.digest() + " came short");
            }
            blob.write(i, piece.flip());
        }
        blob.complete();
    }

    private void joined(Digest digest, long sizeBytes) {
        try (Transfers.Content content =
                Waits.get(
                        transfers.open(new FetchRequest(digest, sizeBytes, Optional.empty())),
                        wait,
                        "the transfer of " + digest)) {
            Waits.get(content.complete(), wait, "the transfer of " + digest);
        } catch (PeerEdgeException e) {
            // It ended without the blob, so it is no longer open: the next attempt has its turn.
            return;
        }
    }
}
