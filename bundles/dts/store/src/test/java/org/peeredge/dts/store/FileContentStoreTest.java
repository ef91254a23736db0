// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.SignedMap;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kit.tck.Residue;

class FileContentStoreTest {
    private static final int SIZE = 2 * Pieces.MIN_PIECE_BYTES + 777;

    @TempDir Path dir;

    @Test
    void keepsBlobsMarksMapsAndRecordsOverARestart() throws IOException {
        byte[] blob = StoreFixture.bytes(1, SIZE);
        byte[] empty = new byte[0];
        Digest digest;
        PieceMap map = new PieceMap(StoreFixture.digest(blob), SIZE, new byte[3 * 32]);
        SignedMap signed =
                new SignedMap(map, List.of(new MapSignature(new byte[600], new byte[70])));
        try (StoreFixture f = new StoreFixture(dir)) {
            digest = f.put(blob);
            f.put(empty);
            f.store.pin(digest, true);
            f.store.confine(digest);
            f.store.putMap(signed);
            f.store.records("org.peeredge.dts.registry").put("tag", new byte[] {1, 2});
        }
        try (StoreFixture f = new StoreFixture(dir)) {
            assertArrayEquals(blob, f.get(digest));
            assertEquals(0, f.get(StoreFixture.digest(empty)).length);
            assertTrue(f.store.has(digest));
            assertTrue(f.store.find(digest).orElseThrow().info().pinned());
            assertTrue(
                    f.store.list().stream()
                            .anyMatch(i -> i.digest().equals(digest) && i.confined()));
            SignedMap again = f.store.map(digest).orElseThrow();
            assertEquals(map, again.map());
            assertEquals(600, again.signatures().getFirst().certificate().length);
            assertArrayEquals(
                    new byte[] {1, 2},
                    f.store.records("org.peeredge.dts.registry").get("tag").orElseThrow());
            assertEquals(SIZE, f.store.usage().storedBytes());
            f.store.delete(digest);
            assertFalse(f.store.has(digest));
            assertTrue(f.store.map(digest).isEmpty());
            assertThrows(NeverException.class, () -> f.store.pin(digest, true));
        }
    }

    @Test
    void resumesInTheMiddleAndForgets() throws IOException {
        byte[] blob = StoreFixture.bytes(2, SIZE);
        Digest digest = StoreFixture.digest(blob);
        try (StoreFixture f = new StoreFixture(dir)) {
            PartialBlob partial = f.store.open(digest, SIZE);
            partial.write(0, StoreFixture.piece(blob, 0));
            partial.write(2, ByteBuffer.wrap(new byte[777]));
            assertThrows(IllegalStateException.class, () -> f.store.open(digest, SIZE));
            assertEquals(SIZE, f.store.usage().reservedBytes());
            assertEquals(List.of(), f.store.incomplete());
            partial.close();
            assertEquals(1, f.store.incomplete().size());
            assertEquals(Pieces.MIN_PIECE_BYTES + 777, f.store.usage().reservedBytes());
        }
        try (StoreFixture f = new StoreFixture(dir)) {
            assertEquals(SIZE, f.store.incomplete().getFirst().sizeBytes());
            PartialBlob partial = f.store.open(digest, SIZE);
            assertEquals(BitSet.valueOf(new long[] {0b101}), partial.have());
            assertThrows(IllegalStateException.class, partial::verify);
            partial.write(1, StoreFixture.piece(blob, 1));
            assertTrue(partial.verify().isEmpty());
            partial.forget(BitSet.valueOf(new long[] {0b100}));
            assertThrows(IllegalStateException.class, partial::complete);
            ByteBuffer all = ByteBuffer.allocate(SIZE);
            assertEquals(2 * Pieces.MIN_PIECE_BYTES - 10, partial.read(10, all));
            assertThrows(
                    IllegalStateException.class,
                    () -> partial.read(2L * Pieces.MIN_PIECE_BYTES, ByteBuffer.allocate(1)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> partial.write(2, ByteBuffer.allocate(776)));
            partial.write(2, StoreFixture.piece(blob, 2));
            assertEquals(0, partial.read(SIZE, ByteBuffer.allocate(1)));
            PieceMap map = partial.verify().orElseThrow();
            assertTrue(map.matches(0, sha256(blob, 0, Pieces.MIN_PIECE_BYTES)));
            assertTrue(map.matches(2, sha256(blob, 2 * Pieces.MIN_PIECE_BYTES, 777)));
            partial.complete();
            assertArrayEquals(blob, f.get(digest));
            assertEquals(0, f.store.usage().reservedBytes());
            assertThrows(IllegalStateException.class, () -> f.store.open(digest, SIZE));
        }
    }

    @Test
    void aForgottenPieceStaysForgotten() throws IOException {
        byte[] blob = StoreFixture.bytes(3, SIZE);
        Digest digest = StoreFixture.digest(blob);
        try (StoreFixture f = new StoreFixture(dir)) {
            PartialBlob partial = f.store.open(digest, SIZE);
            partial.write(0, StoreFixture.piece(blob, 0));
            partial.write(1, StoreFixture.piece(blob, 1));
            partial.forget(BitSet.valueOf(new long[] {0b1}));
        }
        try (StoreFixture f = new StoreFixture(dir)) {
            PartialBlob partial = f.store.open(digest, SIZE);
            assertEquals(BitSet.valueOf(new long[] {0b10}), partial.have());
            partial.close();
            // Another size: what was there belongs to something else.
            partial = f.store.open(digest, SIZE - 1);
            assertTrue(partial.have().isEmpty());
            f.store.delete(digest);
            PartialBlob gone = partial;
            assertThrows(
                    IllegalStateException.class, () -> gone.write(0, StoreFixture.piece(blob, 0)));
            assertEquals(0, f.store.usage().reservedBytes());
            assertEquals(List.of(), f.store.incomplete());
        }
        try (var left = Files.list(dir.resolve("partial"))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void recordsScanInOrderAndHaveLimits() throws IOException {
        try (StoreFixture f = new StoreFixture(dir)) {
            Records records = f.store.records("t");
            for (String key : List.of("b/2", "a", "b/1", "b/10", "c")) {
                records.put(key, key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            f.store.records("t.other").put("b/3", new byte[1]);
            assertEquals(List.of("b/1", "b/10", "b/2"), keys(records.scan("b/", "", 9)));
            assertEquals(List.of("b/10"), keys(records.scan("b/", "b/1", 1)));
            assertEquals(List.of(), keys(records.scan("b/", "b/2", 9)));
            assertEquals(List.of("a", "b/1"), keys(records.scan("", "", 2)));
            records.remove("a");
            assertTrue(records.get("a").isEmpty());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> records.put("k", new byte[Records.MAX_VALUE_BYTES + 1]));
            assertThrows(IllegalArgumentException.class, () -> records.put("", new byte[1]));
            assertThrows(IllegalArgumentException.class, () -> f.store.records("a/b"));
            RetryLaterException full =
                    assertThrows(
                            RetryLaterException.class,
                            () -> {
                                for (int i = 0; i < 100; i++) {
                                    records.put("big" + i, new byte[Records.MAX_VALUE_BYTES]);
                                }
                            });
            assertTrue(full.toString().contains("max.record.bytes"), full.toString());
        }
    }

    @Test
    void refusesASecondStoreInTheFolder() throws IOException {
        try (StoreFixture f = new StoreFixture(dir)) {
            f.put(new byte[1]);
            IOException e = assertThrows(IOException.class, () -> new StoreFixture(dir));
            assertTrue(e.toString().contains("org.peeredge.dts.store"), e.toString());
        }
    }

    @Test
    void leavesNothingBehindAfterHundredRestarts() throws IOException {
        byte[] blob = StoreFixture.bytes(4, 1000);
        Digest digest = StoreFixture.digest(blob);
        try (StoreFixture f = new StoreFixture(dir)) {
            f.put(blob);
        }
        Residue residue = Residue.now();
        for (int i = 0; i < 100; i++) {
            try (StoreFixture f = new StoreFixture(dir)) {
                assertArrayEquals(blob, f.get(digest));
                f.store.open(StoreFixture.digest(new byte[i + 1]), i + 1);
                f.store.records("t").put("run", new byte[] {(byte) i});
                f.scope.close();
                f.cache.close();
                assertEquals(0, f.kernel.metrics().size());
            }
        }
        residue.assertBack();
        assertTrue(Files.size(dir.resolve("index.mv")) < 4 << 20);
    }

    private static List<String> keys(Map<String, byte[]> found) {
        return List.copyOf(found.keySet());
    }

    private static byte[] sha256(byte[] bytes, int offset, int length) {
        return java.util.HexFormat.of()
                .parseHex(
                        StoreFixture.digest(
                                        java.util.Arrays.copyOfRange(
                                                bytes, offset, offset + length))
                                .hex());
    }
}
