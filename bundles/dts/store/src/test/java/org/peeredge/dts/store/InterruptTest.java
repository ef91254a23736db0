// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.StoredBlob;

/** Interrupted callers harm neither themselves nor others. */
class InterruptTest {
    private static final int ROUNDS = 150;

    @TempDir Path dir;

    private interface Work {
        void run(int round) throws Exception;
    }

    @Test
    @Timeout(60)
    void readersWritersAndRecordsGoOn() throws Exception {
        byte[] blob = StoreFixture.bytes(1, 4 * Pieces.MIN_PIECE_BYTES);
        byte[] coming = StoreFixture.bytes(2, 8 * Pieces.MIN_PIECE_BYTES);
        try (StoreFixture f = new StoreFixture(dir)) {
            Digest digest = f.put(blob);
            StoredBlob shared = f.store.find(digest).orElseThrow();
            PartialBlob partial = f.store.open(StoreFixture.digest(coming), coming.length);
            List<Work> works = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                works.add(round -> {
                    ByteBuffer all = ByteBuffer.allocateDirect(blob.length);
                    assertEquals(blob.length, shared.read(0, all));
                    assertEquals(ByteBuffer.wrap(blob), all.flip());
                });
            }
            works.add(round -> partial.write(round % 8, StoreFixture.piece(coming, round % 8)));
            works.add(round -> {
                if (round % 8 == 0) {
                    f.store.records("t").put("k" + round, new byte[] {1});
                }
            });
            runInterrupted(works);
            shared.close();
            assertTrue(partial.verify().isPresent());
            partial.complete();
            assertEquals(List.of(), f.kernel.threads().failures());
        }
        try (StoreFixture f = new StoreFixture(dir)) {
            assertArrayEquals(coming, f.get(StoreFixture.digest(coming)));
            assertEquals((ROUNDS + 7) / 8, f.store.records("t").scan("k", "", ROUNDS).size());
            assertEquals(0, f.kernel.metrics().value("peeredge_dts_store_index_rebuilds_total"));
        }
    }

    /**
     * Each work in its own thread; every second round begins with the interrupt already set, which
     * must be there afterwards, and one more thread interrupts them all at any time.
     */
    private static void runInterrupted(List<Work> works) throws Exception {
        CountDownLatch done = new CountDownLatch(works.size());
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (Work work : works) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < ROUNDS; i++) {
                                        boolean before = i % 2 == 0;
                                        if (before) {
                                            Thread.currentThread().interrupt();
                                        }
                                        work.run(i);
                                        boolean after = Thread.interrupted();
                                        assertTrue(after || !before, "an interrupt was lost");
                                    }
                                } catch (Exception | AssertionError e) {
                                    failure.compareAndSet(null, e);
                                } finally {
                                    done.countDown();
                                }
                            }));
        }
        while (!done.await(50, java.util.concurrent.TimeUnit.MICROSECONDS)) {
            threads.forEach(Thread::interrupt);
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError("a caller failed", failed);
        }
    }
}
