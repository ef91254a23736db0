// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.store.cache.Evictor;

/** What the store tells the cache, and in which order. */
class ToldTest {
    private static final byte[] BLOB = StoreFixture.bytes(1, 600 * 1024);
    private static final Digest DIGEST = StoreFixture.digest(BLOB);

    @TempDir Path dir;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private volatile Runnable onStored = () -> {};

    private StoreFixture fixture() throws IOException {
        return new StoreFixture(StoreFixture.settings(dir, 0), this::listening);
    }

    private Evictor listening(Evictor to) {
        return (Evictor)
                Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {Evictor.class},
                        (proxy, method, args) -> {
                            if (method.getName().equals("stored")) {
                                onStored.run();
                            }
                            told.add(method.getName());
                            try {
                                return method.invoke(to, args);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private List<String> comingAndGoing() {
        return told.stream().filter(t -> List.of("stored", "removed").contains(t)).toList();
    }

    @Test
    void aPullThatIsTakenUpAgainIsTheSameBlob() throws IOException {
        try (StoreFixture f = fixture()) {
            for (int i = 0; i < 3; i++) {
                try (PartialBlob partial = f.store.open(DIGEST, BLOB.length)) {
                    partial.write(i, StoreFixture.piece(BLOB, i));
                }
            }
            f.put(BLOB);
            assertEquals(List.of("stored", "stored", "stored", "stored"), comingAndGoing());
            f.store.delete(DIGEST);
            assertEquals("removed", comingAndGoing().getLast());
        }
    }

    @Test
    void onePolicyKnowsIsGoneAlsoWhenItIsDroppedWhileOpen() throws IOException {
        try (StoreFixture f = fixture()) {
            f.store.open(DIGEST, BLOB.length).close();
            PartialBlob open = f.store.open(DIGEST, BLOB.length);
            f.store.delete(DIGEST);
            open.close();
            assertEquals(List.of("stored", "removed"), comingAndGoing());
            f.store.open(DIGEST, BLOB.length);
            f.store.delete(DIGEST);
            assertEquals(2, comingAndGoing().size(), "never closed, never told");
        }
    }

    @Test
    void whatIsGoneIsNotToldAgainWithItsCost() throws Exception {
        try (StoreFixture f = fixture()) {
            f.put(BLOB);
            Thread deleting =
                    Thread.ofPlatform()
                            .unstarted(() -> {
                                try {
                                    f.store.delete(DIGEST);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
            onStored =
                    () -> {
                        onStored = () -> {};
                        deleting.start();
                        awaitHeldOrDone(deleting);
                    };
            f.store.refetchCost(DIGEST, 7);
            deleting.join();
            assertEquals("removed", comingAndGoing().getLast());
            assertEquals(0, f.store.list().size());
        }
    }

    private static void awaitHeldOrDone(Thread thread) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (thread.getState() != Thread.State.BLOCKED && thread.isAlive()) {
            assertTrue(System.nanoTime() < deadline, "not within 20 s");
            Thread.onSpinWait();
        }
    }
}
