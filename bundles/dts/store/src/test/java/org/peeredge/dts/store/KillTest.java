// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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
    private static final int[] WRITTEN = {0, 2, 5};

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

    private static Process start(Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", main.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private int runUntilKilled(int first, int until, SplittableRandom random) throws Exception {
        Process child = start(Child.class, dir.toString(), Integer.toString(first));
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

    /** Writes pieces of one blob, a line for each, and waits to be killed. */
    static final class Writer {
        private Writer() {}

        /** Takes the folder. */
        public static void main(String[] args) throws Exception {
            StoreFixture f = new StoreFixture(Path.of(args[0]));
            byte[] blob = StoreFixture.bytes(1, BLOB_BYTES);
            PartialBlob partial = f.store.open(StoreFixture.digest(blob), BLOB_BYTES);
            for (int piece : WRITTEN) {
                partial.write(piece, StoreFixture.piece(blob, piece));
            }
            System.out.println(WRITTEN.length);
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** Nothing waits for the disk: what is written outlives the process, not the machine. */
    @Test
    @Timeout(60)
    void whatWasWrittenOutlivesAKillButNotACrash() throws Exception {
        Process child = start(Writer.class, dir.toString());
        try (BufferedReader lines = child.inputReader()) {
            assertEquals(Integer.toString(WRITTEN.length), lines.readLine());
            child.toHandle().destroyForcibly();
        }
        assertTrue(child.waitFor(20, TimeUnit.SECONDS));
        byte[] blob = StoreFixture.bytes(1, BLOB_BYTES);
        Digest digest = StoreFixture.digest(blob);
        Path log = new StoreFiles(dir).pieceLog(digest);
        BitSet written = new BitSet();
        for (int piece : WRITTEN) {
            written.set(piece);
        }
        PieceLog.Saved saved = PieceLog.read(log, BLOB_BYTES).orElseThrow();
        assertEquals(written, saved.pieces());
        byte[] elsewhere = Files.readAllBytes(log);
        elsewhere[16] ^= 1; // the name of another start of the machine
        Path crashed = Files.write(dir.resolve("crashed"), elsewhere);
        BitSet left = PieceLog.read(crashed, BLOB_BYTES).orElseThrow().pieces();
        assertEquals(saved.forced(), left);
        Files.delete(crashed);
        try (StoreFixture f = new StoreFixture(dir);
                PartialBlob partial = f.store.open(digest, BLOB_BYTES)) {
            assertEquals(written, partial.have());
            awaitForced(f, log, written); // in time, though nothing more is written
        }
    }

    private static void awaitForced(StoreFixture f, Path log, BitSet pieces) throws IOException {
        long deadline = f.kernel.clock().nanos() + TimeUnit.SECONDS.toNanos(10);
        while (!forced(log).equals(pieces)) {
            assertTrue(f.kernel.clock().nanos() < deadline, "not forced after 10 s");
            Thread.onSpinWait();
        }
    }

    /** Written and waiting for the timer: durable within the delay. */
    @Test
    void writtenPiecesBecomeDurableInTime() throws Exception {
        byte[] blob = StoreFixture.bytes(1, BLOB_BYTES);
        Digest digest = StoreFixture.digest(blob);
        Path log = new StoreFiles(dir).pieceLog(digest);
        try (StoreFixture f = new StoreFixture(dir)) {
            PartialBlob partial = f.store.open(digest, BLOB_BYTES);
            partial.write(1, StoreFixture.piece(blob, 1));
            BitSet one = new BitSet();
            one.set(1);
            awaitForced(f, log, one);
            partial.forget(one);
            assertEquals(new BitSet(), PieceLog.read(log, BLOB_BYTES).orElseThrow().pieces());
        }
    }

    private static BitSet forced(Path log) throws IOException {
        return PieceLog.read(log, BLOB_BYTES).orElseThrow().forced();
    }
}
