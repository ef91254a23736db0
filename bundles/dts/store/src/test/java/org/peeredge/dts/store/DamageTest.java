// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.ContentStore.CheckReport;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.dts.store.Journal.Change;

/** Files that somebody else has had his hands on. */
class DamageTest {
    private final byte[] blob = StoreFixture.bytes(1, 300_000);
    private final Digest digest = StoreFixture.digest(blob);

    @TempDir Path dir;

    @BeforeEach
    void fill() throws IOException {
        try (StoreFixture f = new StoreFixture(dir)) {
            f.put(blob);
            f.put(new byte[5]);
            f.store.confine(digest);
            f.store.pin(digest, true);
            f.store.putMap(new SignedMap(new PieceMap(digest, 100_000, new byte[64]), List.of()));
            for (int i = 0; i < 50; i++) {
                f.store.records("t").put("k" + i, new byte[] {(byte) i});
            }
            f.store.records("t").remove("k7");
        }
    }

    private void assertAllThere(StoreFixture f) throws IOException {
        assertArrayEquals(blob, f.get(digest));
        assertTrue(
                f.store.list().stream()
                        .anyMatch(i -> i.digest().equals(digest) && i.confined() && i.pinned()));
        assertTrue(f.store.map(digest).isPresent());
        assertEquals(49, f.store.records("t").scan("", "", 100).size());
        assertArrayEquals(new byte[] {9}, f.store.records("t").get("k9").orElseThrow());
    }

    @Test
    void aLostIndexIsRebuilt() throws IOException {
        Files.delete(dir.resolve("index.mv"));
        try (StoreFixture f = new StoreFixture(dir)) {
            assertAllThere(f);
            assertEquals(1, f.kernel.metrics().value("peeredge_dts_store_index_rebuilds_total"));
        }
        try (StoreFixture f = new StoreFixture(dir)) {
            assertAllThere(f);
            assertEquals(0, f.kernel.metrics().value("peeredge_dts_store_index_rebuilds_total"));
        }
    }

    @Test
    void aDamagedIndexIsMovedAsideAndRebuilt() throws IOException {
        Path index = dir.resolve("index.mv");
        Files.write(index, StoreFixture.bytes(3, (int) Files.size(index)));
        try (StoreFixture f = new StoreFixture(dir)) {
            assertAllThere(f);
        }
        assertTrue(Files.exists(dir.resolve("index.mv.damaged")));
    }

    /** Cut short, or with bytes flipped, at places that follow from a seed. */
    @Test
    void noDamageToTheIndexLosesAnything() throws IOException {
        byte[] good = Files.readAllBytes(dir.resolve("index.mv"));
        byte[] journal = Files.readAllBytes(dir.resolve("index.journal"));
        for (int seed = 0; seed < 16; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] bad = good.clone();
            if (seed % 2 == 0) {
                bad = java.util.Arrays.copyOf(bad, random.nextInt(bad.length));
            } else {
                for (int i = 0; i < 200; i++) {
                    bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
                }
            }
            Files.write(dir.resolve("index.mv"), bad);
            Files.write(dir.resolve("index.journal"), journal);
            try (StoreFixture f = new StoreFixture(dir)) {
                assertAllThere(f);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void aDamagedOrLostJournalIsOfNoConsequenceWhileTheIndexIsGood() throws IOException {
        Files.writeString(dir.resolve("index.journal"), "nonsense\n");
        try (StoreFixture f = new StoreFixture(dir)) {
            assertAllThere(f);
        }
        Files.delete(dir.resolve("index.journal"));
        try (StoreFixture f = new StoreFixture(dir)) {
            assertAllThere(f);
        }
        // It was written again each time.
        Files.delete(dir.resolve("index.mv"));
        try (StoreFixture f = new StoreFixture(dir)) {
            assertAllThere(f);
        }
    }

    /** The disk had room for the index and none for the journal, and the node was killed. */
    @Test
    void aBatchThatTheIndexAloneHasIsTakenBack() throws IOException {
        IndexFile index = IndexFile.open(dir.resolve("index.mv")).orElseThrow();
        index.commit(
                List.of(
                        new Change("r/t/refused", new byte[1]),
                        new Change("r/t/k9", new byte[] {10}),
                        new Change(Index.SOFT + digest, new byte[8])),
                index.seq() + 1);
        index.sync();
        index.close();
        for (int start = 0; start < 2; start++) {
            try (StoreFixture f = new StoreFixture(dir)) {
                assertAllThere(f);
                assertTrue(f.store.records("t").get("refused").isEmpty());
                assertEquals(
                        0, f.kernel.metrics().value("peeredge_dts_store_index_rebuilds_total"));
            }
        }
    }

    @Test
    void aJournalCutInTheMiddleOfALineKeepsTheRest() throws IOException {
        Files.delete(dir.resolve("index.mv"));
        byte[] journal = Files.readAllBytes(dir.resolve("index.journal"));
        Files.write(
                dir.resolve("index.journal"), java.util.Arrays.copyOf(journal, journal.length - 5));
        try (StoreFixture f = new StoreFixture(dir)) {
            // The last line removed k7.
            assertEquals(50, f.store.records("t").scan("", "", 100).size());
            assertTrue(f.store.list().stream().anyMatch(i -> i.confined()));
        }
    }

    @Test
    void aCheckFindsDamagedMissingStrayAndNewFiles() throws IOException {
        try (StoreFixture f = new StoreFixture(dir)) {
            StoreFiles files = new StoreFiles(dir);
            Digest lost = f.put(new byte[6]);
            Digest whole = f.put(new byte[7]);
            try (RandomAccessFile file = new RandomAccessFile(files.blob(digest).toFile(), "rw")) {
                file.seek(1000);
                file.write(blob[1000] ^ 1);
            }
            Files.delete(files.blob(lost));
            byte[] restored = StoreFixture.bytes(9, 12_345);
            Path found = files.blob(StoreFixture.digest(restored));
            Files.createDirectories(found.getParent());
            Files.write(found, restored);
            Files.writeString(dir.resolve("blobs/sha256/readme"), "hello");
            Files.writeString(dir.resolve("partial/x"), "hello");
            long[] progress = {0};
            CheckReport report = f.store.check(n -> progress[0] = n);
            assertEquals(java.util.Set.of(digest, lost), java.util.Set.copyOf(report.damaged()));
            assertEquals(1, report.reindexed());
            assertEquals(2, report.strayFiles());
            assertEquals(3, report.blobs());
            assertEquals(300_000 + 5 + 7 + 12_345, report.bytes());
            assertEquals(report.bytes(), progress[0]);
            assertFalse(f.store.has(digest));
            assertTrue(f.store.has(whole));
            assertArrayEquals(restored, f.get(StoreFixture.digest(restored)));
            assertEquals(5 + 7 + 12_345, f.store.usage().storedBytes());
            assertEquals(0, f.store.check(n -> {}).damaged().size());
        }
    }

    @Test
    void aBlobWhoseFileIsGoneIsNotFound() throws IOException {
        try (StoreFixture f = new StoreFixture(dir)) {
            Files.delete(new StoreFiles(dir).blob(digest));
            assertTrue(f.store.find(digest).isEmpty());
            assertFalse(f.store.has(digest));
        }
    }

    @Test
    void badPieceLogsAndMapsAreDropped() throws IOException {
        StoreFiles files = new StoreFiles(dir);
        Digest other = StoreFixture.digest(new byte[99]);
        for (int length : new int[] {0, 5, 31, 32, 33, 34, 200}) {
            Files.write(files.partial(other), new byte[10]);
            Files.write(files.pieceLog(other), StoreFixture.bytes(length, length));
            try (StoreFixture f = new StoreFixture(dir)) {
                assertEquals(List.of(), f.store.incomplete());
            }
            assertFalse(Files.exists(files.pieceLog(other)));
        }
        byte[] map = Files.readAllBytes(files.map(digest));
        for (int cut = 0; cut < map.length; cut++) {
            Files.write(
                    files.map(digest),
                    java.util.Arrays.copyOf(map, cut),
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.CREATE);
            assertTrue(new MapFiles(files).get(digest).isEmpty(), "cut at " + cut);
        }
        map[40] ^= 1;
        Files.write(files.map(digest), map);
        assertTrue(new MapFiles(files).get(digest).isEmpty());
    }
}
