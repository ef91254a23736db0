// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.dts.store.cache.Scripted;
import org.peeredge.kernel.api.RetryLaterException;

/** The store with a cache policy: one that drops what came last. */
class PolicyTest {
    private static final int KIB_100 = 100 * 1024;

    @TempDir Path dir;

    private final Scripted newestFirst = new Scripted();

    private StoreFixture fixture(long quotaBytes) throws IOException {
        StoreFixture f = new StoreFixture(StoreFixture.settings(dir, quotaBytes));
        f.cache.add("scripted", newestFirst);
        return f;
    }

    @Test
    void dropsWhatThePolicyNames() throws IOException {
        try (StoreFixture f = fixture(3 * KIB_100)) {
            Digest old = f.put(StoreFixture.bytes(1, KIB_100));
            Digest middle = f.put(StoreFixture.bytes(2, KIB_100));
            Digest newest = f.put(StoreFixture.bytes(3, KIB_100));
            f.put(StoreFixture.bytes(4, KIB_100));
            assertTrue(f.store.has(old));
            assertTrue(f.store.has(middle));
            assertFalse(f.store.has(newest));
            assertEquals(4, misses(f));
            assertEquals(
                    KIB_100,
                    f.kernel
                            .metrics()
                            .value(
                                    "peeredge_dts_store_cache_evicted_bytes_total",
                                    "policy",
                                    "scripted"));
        }
    }

    private static double misses(StoreFixture f) {
        return f.kernel
                .metrics()
                .value("peeredge_dts_store_cache_misses_total", "policy", "scripted");
    }

    @Test
    void offersNeitherWhatIsPinnedNorWhatIsRead() throws IOException {
        try (StoreFixture f = fixture(3 * KIB_100)) {
            Digest free = f.put(StoreFixture.bytes(1, KIB_100));
            Digest read = f.put(StoreFixture.bytes(2, KIB_100));
            Digest pinned = f.put(StoreFixture.bytes(3, KIB_100));
            f.store.pin(pinned, true);
            try (StoredBlob reader = f.store.find(read).orElseThrow()) {
                f.put(StoreFixture.bytes(4, KIB_100));
                assertEquals(KIB_100, reader.read(0, ByteBuffer.allocate(KIB_100)));
            }
            assertFalse(f.store.has(free));
            assertTrue(f.store.has(read));
            assertTrue(f.store.has(pinned));
        }
    }

    @Test
    void abandonedIncompleteBlobsAreAmongThem() throws IOException {
        try (StoreFixture f = fixture(2 * KIB_100)) {
            Digest old = f.put(StoreFixture.bytes(1, KIB_100));
            PartialBlob left = f.store.open(StoreFixture.digest(new byte[9]), KIB_100);
            left.write(0, StoreFixture.piece(new byte[KIB_100], 0));
            left.write(1, StoreFixture.piece(new byte[KIB_100], 1));
            left.close();
            f.put(StoreFixture.bytes(2, KIB_100));
            assertTrue(f.store.has(old));
            assertEquals(0, f.store.incomplete().size());
        }
    }

    @Test
    void aPolicyThatFailsIsNoHarm() throws IOException {
        try (StoreFixture f = fixture(2 * KIB_100)) {
            Digest old = f.put(StoreFixture.bytes(1, KIB_100));
            f.kernel.clock().advance(Duration.ofSeconds(1));
            Digest newer = f.put(StoreFixture.bytes(2, KIB_100));
            newestFirst.before =
                    () -> {
                        throw new IllegalStateException("broken");
                    };
            f.put(StoreFixture.bytes(3, KIB_100));
            assertFalse(f.store.has(old));
            assertTrue(f.store.has(newer));
        }
    }

    @Test
    void usesAndCostsSurviveARestart() throws IOException {
        Digest digest;
        try (StoreFixture f = fixture(0)) {
            digest = f.put(StoreFixture.bytes(1, KIB_100));
            f.get(digest);
            f.kernel.clock().advance(Duration.ofMinutes(1));
            f.get(digest);
            f.kernel.clock().advance(Duration.ofSeconds(1));
            f.get(digest); // the same pull
            f.store.refetchCost(digest, 7);
            assertEquals(1, hits(f));
        }
        try (StoreFixture f = fixture(0)) {
            f.cache.evictor().victims(1, d -> false);
            CachedBlob facts = requireNonNull(newestFirst.told.get(digest));
            assertEquals(2, facts.uses());
            assertEquals(7, facts.refetchCost());
            assertEquals(KIB_100, facts.sizeBytes());
            assertTrue(facts.usedMillis() - facts.storedMillis() >= 61_000);
        }
    }

    @Test
    void addsTheOldestWhenThePolicyNamesTooFew() throws IOException {
        try (StoreFixture f = fixture(4 * KIB_100)) {
            Digest pinned = f.put(StoreFixture.bytes(0, KIB_100));
            f.store.pin(pinned, true);
            Digest old = f.put(StoreFixture.bytes(1, KIB_100));
            f.kernel.clock().advance(Duration.ofSeconds(1));
            Digest middle = f.put(StoreFixture.bytes(2, KIB_100));
            f.kernel.clock().advance(Duration.ofSeconds(1));
            Digest newest = f.put(StoreFixture.bytes(3, KIB_100));
            newestFirst.mostNamed = 1;
            assertThrows(
                    RetryLaterException.class, () -> f.put(StoreFixture.bytes(4, 4 * KIB_100)));
            assertEquals(4, f.store.list().size(), "nothing goes when all is not enough");
            f.put(StoreFixture.bytes(5, 2 * KIB_100));
            assertFalse(f.store.has(newest), "named");
            assertFalse(f.store.has(old), "the oldest of the others");
            assertTrue(f.store.has(middle));
            assertTrue(f.store.has(pinned));
        }
    }

    private static double hits(StoreFixture f) {
        return f.kernel
                .metrics()
                .value("peeredge_dts_store_cache_hits_total", "policy", "scripted");
    }
}
