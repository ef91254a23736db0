// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.codec.GroupSource;

/** What is used is not freed. */
class CountedEncoderTest {
    private static final ByteBuffer INTO = ByteBuffer.allocate(1);
    private static final int TURNS = 10_000;

    private interface Work {
        void run() throws IOException;
    }

    private static final class Counting extends CountedEncoder {
        final AtomicInteger freed = new AtomicInteger();
        final AtomicInteger insideWhenFreed = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private final Work work;

        Counting(Work work) {
            this.work = work;
        }

        @Override
        protected void write(int first, int count, ByteBuffer into) throws IOException {
            inside.incrementAndGet();
            try {
                work.run();
            } finally {
                inside.decrementAndGet();
            }
        }

        @Override
        protected void free() {
            insideWhenFreed.addAndGet(inside.get());
            freed.incrementAndGet();
        }

        @Override
        public void reset(GroupSource group) {}
    }

    @Test
    void unusedItIsFreedWhenItIsClosedAndOnlyOnce() throws IOException {
        Counting encoder = new Counting(() -> {});
        encoder.encode(0, 1, INTO);
        assertEquals(0, encoder.freed.get());
        encoder.close();
        encoder.close();
        assertEquals(1, encoder.freed.get());
        assertThrows(IllegalStateException.class, () -> encoder.encode(0, 1, INTO));
        assertEquals(1, encoder.freed.get());
    }

    @Test
    void theLastUserFreesItEvenWhenItFails() {
        List<Counting> self = new ArrayList<>();
        Counting encoder =
                new Counting(() -> {
                    self.getFirst().close();
                    assertEquals(0, self.getFirst().freed.get());
                    throw new IOException("no source");
                });
        self.add(encoder);
        assertThrows(IOException.class, () -> encoder.encode(0, 1, INTO));
        assertEquals(1, encoder.freed.get());
        encoder.close();
        assertEquals(1, encoder.freed.get());
    }

    @Test
    void manyThreadsFindItOpenOrClosed() throws InterruptedException {
        AtomicInteger turns = new AtomicInteger();
        Counting encoder = new Counting(turns::incrementAndGet);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> encodeUntilClosed(encoder)));
        }
        while (turns.get() < TURNS) {
            Thread.onSpinWait();
        }
        encoder.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, encoder.insideWhenFreed.get());
        assertEquals(1, encoder.freed.get());
    }

    private static void encodeUntilClosed(Counting encoder) {
        try {
            while (true) {
                encoder.encode(0, 1, INTO);
            }
        } catch (IllegalStateException closed) {
            encoder.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
