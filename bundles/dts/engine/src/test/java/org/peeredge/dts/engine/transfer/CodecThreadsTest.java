// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.kit.tck.TestKernel;

/** Threads that codecs keep; real threads, but the watch looks when the test says so. */
class CodecThreadsTest {
    private static final int LOOKS = 4;

    private final TestKernel kernel = new TestKernel();
    private final ByHand hand = new ByHand();
    private final CodecThreads.Settings settings =
            new CodecThreads.Settings(1, 1, Duration.ofSeconds(1));
    private final CodecThreads threads =
            new CodecThreads(
                    kernel.threads().newPool("test", "codec", settings.threads(), 0),
                    hand.loop(),
                    settings);
    private final List<String> told = new ArrayList<>();
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void end() {
        release.countDown();
        kernel.close();
    }

    private void hangs(String name) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        threads.execute(
                () ->
                        threads.call(
                                name,
                                reason -> told.add(name + ": " + reason),
                                () -> {
                                    begun.countDown();
                                    return await(release);
                                }),
                () -> told.add(name + " given up"));
        assertTrue(begun.await(10, TimeUnit.SECONDS), name + " does not begin");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void runs() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        threads.execute(done::countDown, () -> told.add("given up in vain"));
        assertTrue(done.await(10, TimeUnit.SECONDS), "no thread");
    }

    private void look(int times) {
        for (int i = 0; i < times; i++) {
            hand.fire();
        }
    }

    private void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "never");
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aKeptThreadIsGivenUpAndWhatWaitsGetsAnother() throws InterruptedException {
        hangs("bad");
        CountDownLatch done = new CountDownLatch(1);
        threads.execute(done::countDown, () -> told.add("given up in vain"));
        look(LOOKS - 1);
        assertEquals(List.of(), told);
        assertEquals(1, done.getCount());
        look(1);
        assertEquals(List.of("bad: a call did not return within 1000 ms", "bad given up"), told);
        assertTrue(await(done));
        assertEquals(1, threads.abandoned());
        look(LOOKS);
        assertEquals(2, told.size(), "once only");
        release.countDown();
        until(() -> threads.abandoned() == 0);
        runs();
        assertEquals(2, told.size());
    }

    @Test
    void timeInTheStoreIsNotTheCodecs() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        threads.execute(
                () ->
                        threads.call(
                                "good",
                                told::add,
                                () ->
                                        threads.elsewhere(() -> {
                                            begun.countDown();
                                            return await(release);
                                        })),
                () -> told.add("given up"));
        assertTrue(await(begun));
        look(10 * LOOKS);
        release.countDown();
        runs();
        assertEquals(List.of(), told);
    }

    @Test
    void manyShortCallsOfOneTaskAreNotOneLongCall() throws InterruptedException {
        for (int i = 0; i < 3 * LOOKS; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            threads.execute(
                    () ->
                            threads.call(
                                    "good",
                                    told::add,
                                    () -> {
                                        begun.countDown();
                                        return await(end);
                                    }),
                    () -> told.add("given up"));
            assertTrue(await(begun));
            look(1);
            end.countDown();
        }
        runs();
        assertEquals(List.of(), told);
    }

    @Test
    void whenTooManyAreLostWorkIsRefusedUntilOneComesBack() throws InterruptedException {
        hangs("bad");
        look(LOOKS);
        hangs("worse");
        CountDownLatch waiting = new CountDownLatch(1);
        threads.execute(waiting::countDown, () -> {});
        look(LOOKS);
        assertEquals(2, threads.abandoned());
        assertThrows(RejectedExecutionException.class, () -> threads.execute(() -> {}, () -> {}));
        assertEquals(1, waiting.getCount());
        release.countDown();
        assertTrue(await(waiting), "it waited for a thread to come back");
        until(() -> threads.abandoned() == 0);
        runs();
    }

    @Test
    void aTaskThatThrowsCostsNoThread() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            threads.execute(
                    () -> {
                        throw new LinkageError("a test");
                    },
                    () -> told.add("given up"));
        }
        runs();
        assertEquals(List.of(), told);
    }

    @Test
    void theWatchSleepsWhileNothingRunsAndNothingIsTakenAfterTheEnd() throws InterruptedException {
        runs();
        until(() -> {
            look(1);
            return hand.timers() == 0;
        });
        runs();
        assertEquals(1, hand.timers());
        threads.close();
        assertThrows(RejectedExecutionException.class, () -> threads.execute(() -> {}, () -> {}));
    }
}
