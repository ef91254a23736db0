// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.store.cache.Evictor;
import org.peeredge.dts.store.cache.TestCache;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kit.tck.TestKernel;

/** A store in a folder, and blobs whose bytes follow from a seed. */
final class StoreFixture implements AutoCloseable {
    final TestKernel kernel = new TestKernel();
    final MetricScope scope = kernel.metrics().scope();
    final TestCache cache = new TestCache(kernel, "scripted", Duration.ofSeconds(10));
    final FileContentStore store;

    StoreFixture(Path dir) throws IOException {
        this(settings(dir, 0));
    }

    StoreFixture(StoreSettings settings) throws IOException {
        this(settings, evictor -> evictor);
    }

    /** With something between the store and its cache. */
    StoreFixture(StoreSettings settings, UnaryOperator<Evictor> between) throws IOException {
        store =
                new FileContentStore(
                        settings,
                        kernel.clock(),
                        kernel.threads(),
                        scope,
                        between.apply(cache.evictor()));
    }

    static StoreSettings settings(Path dir, long quotaBytes) {
        return new StoreSettings(dir, quotaBytes, 0, 16 << 20, Duration.ofMillis(50), 16, 1 << 20);
    }

    /** Some bytes; the same for the same seed. */
    static byte[] bytes(long seed, int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    static Digest digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Digest("sha256", HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static ByteBuffer piece(byte[] blob, int piece) {
        return ByteBuffer.wrap(
                blob, (int) Pieces.offset(blob.length, piece), Pieces.length(blob.length, piece));
    }

    /** Stores a whole blob. */
    Digest put(byte[] blob) throws IOException {
        Digest digest = digest(blob);
        try (PartialBlob partial = store.open(digest, blob.length)) {
            for (int i = 0; i < Pieces.count(blob.length); i++) {
                partial.write(i, piece(blob, i));
            }
            partial.complete();
        }
        return digest;
    }

    /** Reads a whole blob. */
    byte[] get(Digest digest) throws IOException {
        try (StoredBlob blob = store.find(digest).orElseThrow()) {
            ByteBuffer all = ByteBuffer.allocate((int) blob.info().sizeBytes());
            blob.read(0, all);
            return all.array();
        }
    }

    @Override
    public void close() {
        store.close();
        cache.close();
        scope.close();
        kernel.close();
    }
}
