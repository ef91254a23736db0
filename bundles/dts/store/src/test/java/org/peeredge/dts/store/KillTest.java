// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;

/**
 * A process that stores blobs and tags is killed with SIGKILL at places that follow from a seed;
 * what it said was stored is there afterwards, byte for byte, and what is marked as here is right.
 */
class KillTest {
    private static final int BLOB_BYTES = 5 * Pieces.MIN_PIECE_BYTES + 99;
    private static final int KILLS = 4;

    @TempDir Path dir;

    /** What the child does until it is killed: one line per thing that is stored. */
    static final class Child {
        private Child() {}

        /** Takes the folder and the number to begin with. */
        public static void main(String[] args) throws Exception {
            StoreFixture f = new StoreFixture(Path.of(args[0]));
            try (var out = Files.newOutputStream(Path.of("/dev/stdout"))) {
                for (int i = Integer.parseInt(args[1]); ; i++) {
                    f.put(StoreFixture.bytes(i, BLOB_BYTES));
                    f.store.records("t").put("tag" + i, new byte[] {(byte) i});
                    out.write((i + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                }
            }
        }
    }

    @Test
    @Timeout(120)
    void whatWasReportedStoredIsFound() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        int next = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int last = runUntilKilled(next, next + 2 + random.nextInt(8), random);
            try (StoreFixture f = new StoreFixture(dir)) {
                for (int i = 0; i <= last; i++) {
                    byte[] blob = StoreFixture.bytes(i, BLOB_BYTES);
                    assertArrayEquals(blob, f.get(StoreFixture.digest(blob)), "blob " + i);
                    assertTrue(f.store.records("t").get("tag" + i).isPresent(), "tag " + i);
                }
                for (var left : f.store.incomplete()) {
                    assertEquals(BLOB_BYTES, left.sizeBytes());
                    assertPiecesRight(f, left.digest(), last);
                }
                assertEquals(0, f.store.check(n -> {}).damaged().size());
            }
            next = last + 1;
        }
    }

    /** The pieces that the log names are the right ones. */
    private static void assertPiecesRight(StoreFixture f, Digest digest, int last)
            throws IOException {
        byte[] blob = StoreFixture.bytes(last + 1, BLOB_BYTES);
        assertEquals(StoreFixture.digest(blob), digest);
        try (PartialBlob partial = f.store.open(digest, BLOB_BYTES)) {
            BitSet have = partial.have();
            for (int i = have.nextSetBit(0); i >= 0; i = have.nextSetBit(i + 1)) {
                ByteBuffer piece = ByteBuffer.allocate(Pieces.length(BLOB_BYTES, i));
                partial.read(Pieces.offset(BLOB_BYTES, i), piece);
                assertEquals(StoreFixture.piece(blob, i), piece.flip());
            }
        }
    }

    private int runUntilKilled(int first, int until, SplittableRandom random) throws Exception {
        Process child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                Child.class.getName(),
                                dir.toString(),
                                Integer.toString(first))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        int last = first - 1;
        try (BufferedReader lines = child.inputReader()) {
            String line = lines.readLine();
            while (line != null) {
                last = Integer.parseInt(line);
                if (last == until) {
                    // Somewhere in the middle of the next blob.
                    for (long spin = random.nextLong(20_000); spin > 0; spin--) {
                        Thread.onSpinWait();
                    }
                    child.toHandle().destroyForcibly(); // leaves our end of the pipe open
                }
                line = lines.readLine();
            }
        }
        assertTrue(child.waitFor(20, TimeUnit.SECONDS));
        assertEquals(128 + 9, child.exitValue());
        return last;
    }

    /**
     * Written and waiting for the timer, then killed: durable within the delay, or fetched again.
     */
    @Test
    void writtenPiecesBecomeDurableInTime() throws Exception {
        byte[] blob = StoreFixture.bytes(1, BLOB_BYTES);
        Digest digest = StoreFixture.digest(blob);
        Path log = new StoreFiles(dir).pieceLog(digest);
        try (StoreFixture f = new StoreFixture(dir)) {
            PartialBlob partial = f.store.open(digest, BLOB_BYTES);
            assertFalse(logged(log).get(1));
            partial.write(1, StoreFixture.piece(blob, 1));
            long deadline = f.kernel.clock().nanos() + TimeUnit.SECONDS.toNanos(10);
            while (!logged(log).get(1)) {
                assertTrue(f.kernel.clock().nanos() < deadline, "not durable after 10 s");
                Thread.onSpinWait();
            }
        }
    }

    private static BitSet logged(Path log) throws IOException {
        return PieceLog.read(log, BLOB_BYTES).orElseThrow().pieces();
    }
}
