// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.cache.CacheLoad;

/** Policies that do not return, are slow, or are told to stop: who is blamed, and what goes on. */
final class HangTest {
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final List<Digest> LAST = List.of(CacheLoad.digest(2));

    private final TestKernel kernel = new TestKernel();
    private final List<CachedBlob> here = Collections.synchronizedList(new ArrayList<>());
    private final Scripted scripted = new Scripted();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch hold = new CountDownLatch(1);

    @BeforeEach
    void threeBlobs() {
        for (int i = 0; i < 3; i++) {
            here.add(CacheLoad.blob(i, 1, i));
        }
    }

    @AfterEach
    void close() {
        hold.countDown();
        kernel.close();
    }

    private TestCache cache() {
        TestCache cache = new TestCache(kernel, "scripted", PATIENT);
        cache.evictor().attach(100, () -> List.copyOf(here));
        cache.add("scripted", scripted);
        return cache;
    }

    private static List<Digest> ask(TestCache cache) {
        return cache.evictor().victims(1, d -> true);
    }

    /** Asks a policy that hangs; others get their time also where this machine stalls. */
    private static void askInVain(TestCache cache, int maxAbandoned) {
        cache.configure("scripted", SHORT, maxAbandoned);
        assertEquals(List.of(), ask(cache));
        cache.configure("scripted", PATIENT, maxAbandoned);
    }

    private double failures(String reason) {
        return kernel.metrics()
                .value("peeredge_dts_store_cache_policy_failures_total", "reason", reason);
    }

    private double abandoned() {
        return kernel.metrics().value("peeredge_dts_store_cache_abandoned_threads");
    }

    private void hang() {
        entered.countDown();
        Waits.deaf(hold);
    }

    private static Throwable failure(CompletionStage<?> stage) {
        ExecutionException e =
                assertThrows(
                        ExecutionException.class,
                        () -> stage.toCompletableFuture().get(20, TimeUnit.SECONDS));
        return Objects.requireNonNull(e.getCause());
    }

    @Test
    void whatIsToldAfterAHangIsWorkedOffWithoutAQuestion() throws Exception {
        try (TestCache cache = cache()) {
            assertEquals(LAST, ask(cache));
            scripted.beforeStored = this::hang;
            tellMany(cache, 600);
            entered.await();
            tellMany(cache, 1_200); // a catch-up is queued behind the one that hangs
            askInVain(cache, 1);
            assertEquals("builtin", cache.cache().policy());
            Scripted next = new Scripted();
            cache.add("other", next);
            cache.configure("other", PATIENT, 1);
            Waits.until(() -> next.told.size() == here.size());
        }
    }

    private static void tellMany(TestCache cache, int events) {
        for (int i = 0; i < events; i++) {
            cache.evictor().stored(CacheLoad.blob(2, 1, i));
        }
    }

    @Test
    void waitingForItsTurnIsNotHeldAgainstAPolicy() {
        try (TestCache cache = new TestCache(kernel, "scripted", Duration.ofSeconds(2))) {
            cache.add("scripted", scripted);
            beSlow();
            cache.evictor().attach(100, () -> List.copyOf(here)); // a catch-up comes first
            assertEquals(LAST, ask(cache), "within twice the time, each part within its own");
            assertEquals("scripted", cache.cache().policy());
            assertEquals(0, failures("hung"));
        }
    }

    @Test
    void readingTheCatalogueIsNotHeldAgainstAPolicy() {
        try (TestCache cache = cache()) {
            cache.configure("scripted", Duration.ofSeconds(2), 1);
            scripted.before =
                    () -> {
                        throw new IllegalStateException("so that it begins anew");
                    };
            assertEquals(List.of(), ask(cache));
            beSlow();
            assertEquals(LAST, ask(cache), "within twice the time, each part within its own");
            assertEquals("scripted", cache.cache().policy());
            assertEquals(0, failures("hung"));
        }
    }

    /** Once when it is told what is here, and when it is asked: each is within 2 s. */
    private void beSlow() {
        Duration slow = Duration.ofMillis(1_200);
        scripted.beforeStored =
                () -> {
                    scripted.beforeStored = () -> {};
                    Waits.takes(slow);
                };
        scripted.before = () -> Waits.takes(slow);
    }

    @Test
    void aCheckWhoseTurnDoesNotComeBlamesNobody() throws Exception {
        try (TestCache cache = cache()) {
            assertEquals(LAST, ask(cache));
            Scripted other = new Scripted();
            cache.add("other", other);
            scripted.beforeStored = this::hang;
            tellMany(cache, 600);
            entered.await();
            cache.configure("scripted", SHORT, 1);
            Throwable failed = failure(cache.cache().use("other"));
            cache.configure("scripted", PATIENT, 1);
            assertInstanceOf(RetryLaterException.class, failed);
            assertTrue(failed.toString().contains("not free; try again"), failed.toString());
            assertEquals(0, other.made.get());
            assertEquals("other", cache.use("other").after());
        }
    }

    @Test
    void aPolicyThatHangsInItsCheckIsTrippedOff() {
        try (TestCache cache = cache()) {
            Scripted other = new Scripted();
            other.before = this::hang;
            cache.add("other", other);
            cache.configure("scripted", SHORT, 1);
            Throwable failed = failure(cache.cache().use("other"));
            cache.configure("scripted", PATIENT, 1);
            assertTrue(failed.toString().contains("did not answer in time"), failed.toString());
            assertTrue(cache.cache().policies().getFirst().state().startsWith("tripped: "));
            assertEquals("scripted", cache.cache().policy());
            assertEquals(LAST, ask(cache));
        }
    }

    @Test
    void aHangThatEndsByTheInterruptIsNoFailureBeside() {
        try (TestCache cache = cache()) {
            scripted.before = () -> Waits.ends(hold);
            askInVain(cache, 1);
            Waits.until(() -> abandoned() == 0);
            assertEquals(1, failures("hung"));
            assertEquals(0, failures("threw"));
        }
    }

    @Test
    void aRaisedLimitOfLostThreadsLetsPoliciesGoOn() {
        try (TestCache cache = cache()) {
            scripted.before = this::hang;
            askInVain(cache, 0);
            Scripted next = new Scripted();
            cache.add("scripted", next);
            assertEquals(List.of(), ask(cache), "there is no thread");
            cache.configure("scripted", PATIENT, 1);
            assertEquals(LAST, ask(cache));
        }
    }

    @Test
    void aPolicyThatIsToldToStopIsNotTrippedOff() throws Exception {
        TestCache cache = cache();
        scripted.before =
                () -> {
                    throw new IllegalStateException("once");
                };
        assertEquals(List.of(), ask(cache));
        scripted.before =
                () -> {
                    entered.countDown();
                    Waits.ends(hold);
                };
        Thread asking = Thread.ofPlatform().start(() -> ask(cache));
        entered.await();
        cache.close();
        asking.join();
        assertEquals("in force", cache.cache().policies().getFirst().state());
        for (Throwable failed :
                List.of(
                        failure(cache.cache().use("scripted")),
                        failure(cache.cache().admits(CacheLoad.blob(1, 1, 1))),
                        failure(cache.cache().use("scripted")))) {
            assertInstanceOf(RetryLaterException.class, failed);
            assertEquals("the cache stops", failed.getMessage());
        }
    }
}
