// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.cache.CacheLoad;

/** The policy in force: told, asked under a deadline, tripped off, changed. */
final class CacheHostTest {
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private final TestKernel kernel = new TestKernel();
    private final List<CachedBlob> here = Collections.synchronizedList(new ArrayList<>());
    private final Scripted scripted = new Scripted();

    @BeforeEach
    void threeBlobs() {
        for (int i = 0; i < 3; i++) {
            here.add(CacheLoad.blob(i, 1, i));
        }
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    private TestCache cache(Duration hangTimeout) {
        TestCache cache = new TestCache(kernel, "scripted", hangTimeout);
        cache.evictor().attach(100, () -> List.copyOf(here));
        return cache;
    }

    private static List<Digest> ask(TestCache cache) {
        return cache.evictor().victims(1, d -> true);
    }

    private double trips() {
        return kernel.metrics().value("peeredge_dts_store_cache_policy_trips_total");
    }

    @Test
    void withoutAPolicyTheStoreGoesOnByItself() {
        try (TestCache cache = cache(PATIENT)) {
            assertEquals(List.of(), ask(cache));
            assertEquals("builtin", cache.cache().policy());
            assertEquals("in force", cache.cache().policies().getFirst().state());
        }
    }

    @Test
    void aPolicyLearnsWhatWasHereAndWhatComes() {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            assertEquals(List.of(CacheLoad.digest(2)), ask(cache));
            cache.evictor().stored(CacheLoad.blob(3, 1, 3));
            assertEquals(List.of(CacheLoad.digest(3)), ask(cache));
            cache.evictor().removed(CacheLoad.digest(3));
            assertEquals(List.of(CacheLoad.digest(2)), ask(cache));
            assertEquals(1, scripted.made.get());
        }
    }

    @Test
    void oneThatThrowsIsTrippedOffAndNamed() {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            scripted.before =
                    () -> {
                        throw new AssertionError("no idea");
                    };
            assertEquals(List.of(), ask(cache));
            assertEquals("scripted", cache.cache().policy(), "once is no habit");
            assertEquals(List.of(), ask(cache));
            assertEquals("builtin", cache.cache().policy());
            String state = cache.cache().policies().getFirst().state();
            assertTrue(state.startsWith("tripped: ") && state.contains("no idea"), state);
            assertEquals(1, trips());
            ExecutionException e =
                    assertThrows(ExecutionException.class, () -> cache.use("scripted"));
            assertTrue(e.getCause() instanceof NeverException, e.toString());
        }
    }

    @Test
    void oneThatFailedOnceBeginsAnewFromTheCatalogue() {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            boolean[] bad = {true};
            scripted.before =
                    () -> {
                        if (bad[0]) {
                            bad[0] = false;
                            throw new IllegalStateException("just once");
                        }
                    };
            assertEquals(List.of(), ask(cache));
            assertEquals(List.of(CacheLoad.digest(2)), ask(cache));
            assertEquals(2, scripted.made.get());
            assertEquals(3, scripted.told.size());
        }
    }

    @Test
    void oneThatNamesWhatItMayNotIsTrippedOff() {
        CachePolicyProvider rash = capacity -> new Rash();
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", rash);
            assertEquals(List.of(), ask(cache));
            assertEquals(List.of(), ask(cache));
            assertEquals("builtin", cache.cache().policy());
            assertEquals(
                    2,
                    kernel.metrics()
                            .value(
                                    "peeredge_dts_store_cache_policy_failures_total",
                                    "reason",
                                    "threw"));
        }
    }

    /** Names a blob without asking whether it may. */
    private static final class Rash implements CachePolicy {
        @Override
        public void stored(CachedBlob blob) {}

        @Override
        public void used(Digest digest, long nowMillis) {}

        @Override
        public void removed(Digest digest) {}

        @Override
        public List<Digest> victims(long bytes, java.util.function.Predicate<Digest> evictable) {
            return List.of(CacheLoad.digest(1));
        }
    }

    @Test
    void oneThatHangsIsTrippedOffAndLosesItsThread() throws Exception {
        Residue residue = Residue.now();
        CountDownLatch hold = new CountDownLatch(1);
        try (TestCache cache = cache(Duration.ofMillis(500))) {
            cache.add("scripted", scripted);
            scripted.before =
                    () -> {
                        while (hold.getCount() > 0) {
                            try {
                                hold.await();
                            } catch (InterruptedException e) {
                                // one that does not care
                            }
                        }
                    };
            assertEquals(List.of(), ask(cache));
            assertEquals("builtin", cache.cache().policy());
            String state = cache.cache().policies().getFirst().state();
            assertTrue(state.contains("did not return within 500 ms"), state);
            assertEquals(1, kernel.metrics().value("peeredge_dts_store_cache_abandoned_threads"));
            Scripted next = new Scripted();
            cache.add("other", next);
            assertEquals("other", cache.use("other").after());
            assertEquals(List.of(CacheLoad.digest(2)), ask(cache));
            assertEquals(3, next.told.size());
            hold.countDown();
        }
        residue.assertBack(0);
    }

    @Test
    void useTriesTellsAndRemembers() throws Exception {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            Scripted next = new Scripted();
            cache.add("other", next);
            var change = cache.use("other");
            assertEquals("scripted", change.before());
            assertEquals("other", change.after());
            assertEquals(List.of("other"), cache.saved);
            assertEquals(List.of(CacheLoad.digest(2)), ask(cache));
            assertEquals(3, next.told.size(), "knows what the one before knew");

            next.before =
                    () -> {
                        throw new IllegalStateException("not today");
                    };
            cache.use("scripted");
            ExecutionException e = assertThrows(ExecutionException.class, () -> cache.use("other"));
            assertTrue(e.toString().contains("not today"), e.toString());
            assertEquals("scripted", cache.cache().policy());
            e = assertThrows(ExecutionException.class, () -> cache.use("nope"));
            assertTrue(e.toString().contains("[other, scripted]"), e.toString());
        }
    }

    @Test
    void oneThatLeavesIsForgottenAndComesBack() throws Exception {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            ask(cache);
            assertTrue(cache.remove(scripted));
            assertEquals("builtin", cache.cache().policy());
            assertEquals(List.of(), ask(cache));
            here.add(CacheLoad.blob(9, 1, 9));
            cache.add("scripted", scripted);
            assertEquals(List.of(CacheLoad.digest(9)), ask(cache));
        }
    }

    @Test
    void anEventTooManyIsNoEventLost() {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            for (int i = 0; i < 3 * Events.MAX; i++) {
                CachedBlob blob = CacheLoad.blob(100 + i, 1, i);
                here.add(blob);
                cache.evictor().stored(blob);
            }
            ask(cache);
            assertEquals(here.size(), scripted.told.size());
        }
    }

    @Test
    void admitsWhatThePolicyAdmits() throws Exception {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            assertTrue(
                    cache.cache()
                            .admits(CacheLoad.blob(5, 1, 1))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void oneThatNeverNamesWhatGoesIsTrippedOffWhateverItIsTold() {
        try (TestCache cache = cache(PATIENT)) {
            cache.add("scripted", scripted);
            scripted.before =
                    () -> {
                        throw new IllegalStateException("never");
                    };
            assertEquals(List.of(), ask(cache));
            cache.add("other", new Scripted()); // what was told is worked off, and goes well
            assertEquals(List.of(), ask(cache));
            assertEquals("builtin", cache.cache().policy());
        }
    }

    @Test
    void aCatalogueThatCannotBeReadIsNotThePolicysDoing() {
        try (TestCache cache = new TestCache(kernel, "scripted", PATIENT)) {
            cache.evictor()
                    .attach(
                            100,
                            () -> {
                                throw new IllegalStateException("ours");
                            });
            cache.add("scripted", scripted);
            for (int i = 0; i < 3; i++) {
                assertEquals(List.of(), ask(cache));
            }
            assertEquals("scripted", cache.cache().policy());
            assertEquals(0, scripted.made.get());
        }
    }

    @Test
    void aPolicyWithoutAStoreLeavesAtOnce() {
        try (TestCache cache = new TestCache(kernel, "scripted", PATIENT)) {
            cache.add("scripted", scripted);
            assertEquals(List.of(), ask(cache));
            assertTrue(cache.remove(scripted), "nothing holds it");
        }
    }
}
