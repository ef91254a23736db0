// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.kernel.api.RetryLaterException;

/** Quota, eviction, and a disk that is really full. */
class RoomTest {
    private static final int KIB_100 = 100 * 1024;

    @TempDir Path dir;

    @Test
    void evictsTheLeastRecentlyUsedUnpinnedBlob() throws IOException {
        try (StoreFixture f = new StoreFixture(StoreFixture.settings(dir, 4 * KIB_100))) {
            Digest pinned = f.put(StoreFixture.bytes(0, KIB_100));
            f.store.pin(pinned, true);
            Digest old = f.put(StoreFixture.bytes(1, KIB_100));
            f.kernel.clock().advance(Duration.ofSeconds(1));
            Digest newer = f.put(StoreFixture.bytes(2, KIB_100));
            f.kernel.clock().advance(Duration.ofSeconds(1));
            f.get(old);
            f.kernel.clock().advance(Duration.ofSeconds(1));
            f.put(StoreFixture.bytes(3, 2 * KIB_100));
            assertTrue(f.store.has(pinned));
            assertTrue(f.store.has(old));
            assertFalse(f.store.has(newer));
            assertFalse(Files.exists(new StoreFiles(dir).blob(newer)));
            assertEquals(1, f.kernel.metrics().value("peeredge_dts_store_evictions_total"));

            // Too large even when all unpinned are dropped: nothing is.
            byte[] large = StoreFixture.bytes(4, 4 * KIB_100);
            RetryLaterException e = assertThrows(RetryLaterException.class, () -> f.put(large));
            assertTrue(e.toString().contains("quota.bytes"), e.toString());
            assertTrue(f.store.has(old));
            f.store.pin(pinned, false);
            Digest last = f.put(large);
            assertEquals(1, f.store.list().size());
            assertArrayEquals(large, f.get(last));
        }
    }

    @Test
    void theOrderOfUseSurvivesARestart() throws IOException {
        Digest first;
        Digest second;
        try (StoreFixture f = new StoreFixture(dir)) {
            first = f.put(StoreFixture.bytes(1, KIB_100));
            f.kernel.clock().advance(Duration.ofMinutes(1));
            second = f.put(StoreFixture.bytes(2, KIB_100));
            f.kernel.clock().advance(Duration.ofMinutes(1));
            f.get(first);
        }
        try (StoreFixture f = new StoreFixture(StoreFixture.settings(dir, 2 * KIB_100))) {
            f.put(StoreFixture.bytes(3, KIB_100));
            assertTrue(f.store.has(first));
            assertFalse(f.store.has(second));
        }
    }

    @Test
    void readersOfAnEvictedBlobGoOnToTheEnd() throws Exception {
        byte[] blob = StoreFixture.bytes(1, KIB_100);
        try (StoreFixture f = new StoreFixture(StoreFixture.settings(dir, KIB_100))) {
            Digest digest = f.put(blob);
            StoredBlob reader = f.store.find(digest).orElseThrow();
            f.put(StoreFixture.bytes(2, KIB_100));
            assertFalse(f.store.has(digest));
            ByteBuffer all = ByteBuffer.allocate(KIB_100);
            // Also for a reader that is interrupted, for whom the file is opened again.
            Thread.currentThread().interrupt();
            assertEquals(KIB_100, reader.read(0, all));
            assertTrue(Thread.interrupted());
            assertArrayEquals(blob, all.array());
            reader.close();
            try (var trash = Files.list(dir.resolve("trash"))) {
                assertEquals(0, trash.count());
            }
        }
    }

    @Test
    void abandonedIncompleteBlobsMakeRoom() throws IOException {
        try (StoreFixture f = new StoreFixture(StoreFixture.settings(dir, KIB_100))) {
            PartialBlob left = f.store.open(StoreFixture.digest(new byte[9]), KIB_100);
            assertThrows(RetryLaterException.class, () -> f.put(StoreFixture.bytes(1, KIB_100)));
            left.write(0, StoreFixture.piece(new byte[KIB_100], 0));
            left.write(1, StoreFixture.piece(new byte[KIB_100], 1));
            left.close();
            f.put(StoreFixture.bytes(1, KIB_100));
            assertEquals(0, f.store.incomplete().size());
        }
    }

    @Test
    void limitsOpenBlobs() throws IOException {
        try (StoreFixture f = new StoreFixture(dir)) {
            for (int i = 0; i < 16; i++) {
                f.store.open(StoreFixture.digest(new byte[] {(byte) i}), 1);
            }
            RetryLaterException e =
                    assertThrows(
                            RetryLaterException.class,
                            () -> f.store.open(StoreFixture.digest(new byte[2]), 2));
            assertTrue(e.toString().contains("max.open"), e.toString());
        }
    }

    /** A file system of 8 MiB of its own, where this user may mount one. */
    @Test
    void survivesAFullDisk() throws Exception {
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", dir.toString()) == 0,
                "mounting a tmpfs needs root");
        try {
            onFullDisk();
        } finally {
            run("umount", dir.toString());
        }
    }

    private void onFullDisk() throws IOException {
        byte[] blob = StoreFixture.bytes(1, 3 << 20);
        Digest digest = StoreFixture.digest(blob);
        Path hog = dir.resolve("hog");
        try (StoreFixture f = new StoreFixture(StoreFixture.settings(dir, 64 << 20))) {
            f.store.records("t").put("tag", new byte[] {1});
            PartialBlob partial = f.store.open(digest, blob.length);
            partial.write(0, StoreFixture.piece(blob, 0));
            // Promised room counts as taken.
            RetryLaterException refused =
                    assertThrows(
                            RetryLaterException.class,
                            () -> f.store.open(StoreFixture.digest(new byte[1]), 6 << 20));
            assertTrue(refused.toString().contains("reserve.free.bytes"), refused.toString());

            fill(hog);
            RetryLaterException full =
                    assertThrows(
                            RetryLaterException.class,
                            () -> {
                                for (int i = 1; i < Pieces.count(blob.length); i++) {
                                    partial.write(i, StoreFixture.piece(blob, i));
                                }
                            });
            assertTrue(full.toString().contains("full"), full.toString());
            fill(hog);
            RetryLaterException noRecord =
                    assertThrows(
                            RetryLaterException.class,
                            () -> {
                                for (int i = 0; i < 200; i++) {
                                    f.store.records("t").put("more", new byte[60_000]);
                                }
                            });
            assertTrue(noRecord.toString().contains("full"), noRecord.toString());
            assertArrayEquals(new byte[] {1}, f.store.records("t").get("tag").orElseThrow());

            Files.delete(hog);
            f.store.records("t").put("after", new byte[] {2});
            for (int i = 0; i < Pieces.count(blob.length); i++) {
                partial.write(i, StoreFixture.piece(blob, i));
            }
            assertTrue(partial.verify().isPresent());
            partial.complete();
        }
        try (StoreFixture f = new StoreFixture(StoreFixture.settings(dir, 64 << 20))) {
            assertArrayEquals(blob, f.get(digest));
            assertArrayEquals(new byte[] {1}, f.store.records("t").get("tag").orElseThrow());
            assertArrayEquals(new byte[] {2}, f.store.records("t").get("after").orElseThrow());
            assertEquals(0, f.store.check(n -> {}).damaged().size());
        }
    }

    private static void fill(Path hog) throws IOException {
        try (var out =
                Files.newOutputStream(
                        hog,
                        java.nio.file.StandardOpenOption.CREATE,
                        java.nio.file.StandardOpenOption.APPEND)) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertTrue(DiskFull.is(e), e.toString());
        }
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return process.exitValue();
    }

    @Test
    void pieceCountsAreBounded() throws IOException {
        try (StoreFixture f = new StoreFixture(dir)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> f.store.open(StoreFixture.digest(new byte[1]), -1));
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            f.store.open(
                                    StoreFixture.digest(new byte[1]), Pieces.MAX_BLOB_BYTES + 1));
        }
    }
}
