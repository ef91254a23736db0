// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.discovery.DirectoryStore;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kit.tck.TestClock;
import org.peeredge.kit.tck.TestRecords;

/** The embedded directory over a table in memory. */
class RecordsDirectoryTest {
    private static final Duration LIFE = Duration.ofHours(1);

    private final TestRecords records = new TestRecords();
    private final TestClock clock = new TestClock();
    private final DirectoryStore directory = new RecordsDirectory(records, clock, Runnable::run);

    private static <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        assertTrue(future.isDone());
        return future.join();
    }

    private Map<String, byte[]> listed(String prefix) {
        return now(directory.list(prefix));
    }

    @Test
    void whatIsPutIsListedUntilItIsRemoved() {
        now(directory.put("tracker/a", new byte[] {1, 2}, LIFE));
        now(directory.put("tracker/b", new byte[0], LIFE));
        now(directory.put("other/c", new byte[] {3}, LIFE));
        assertEquals(Set.of("tracker/a", "tracker/b"), listed("tracker/").keySet());
        assertArrayEquals(new byte[] {1, 2}, listed("tracker/").get("tracker/a"));
        assertArrayEquals(new byte[0], listed("tracker/").get("tracker/b"));
        now(directory.put("tracker/a", new byte[] {9}, LIFE));
        assertArrayEquals(new byte[] {9}, listed("tracker/").get("tracker/a"));
        now(directory.remove("tracker/a"));
        now(directory.remove("tracker/unknown"));
        assertEquals(Set.of("tracker/b"), listed("tracker/").keySet());
    }

    @Test
    void aValueIsForgottenWhenItsLifeIsOver() {
        now(directory.put("tracker/a", new byte[] {1}, LIFE));
        now(directory.put("tracker/b", new byte[] {2}, LIFE.multipliedBy(2)));
        clock.advance(LIFE.minusMinutes(1));
        assertEquals(2, listed("tracker/").size());
        clock.advance(Duration.ofMinutes(2));
        assertEquals(Set.of("tracker/b"), listed("tracker/").keySet());
        assertEquals(Set.of("tracker/b"), records.map().keySet(), "it takes no room any more");
    }

    @Test
    void puttingAgainLengthensALife() {
        now(directory.put("tracker/a", new byte[] {1}, LIFE));
        clock.advance(LIFE.minusMinutes(1));
        now(directory.put("tracker/a", new byte[] {1}, LIFE));
        clock.advance(LIFE.minusMinutes(1));
        assertEquals(Set.of("tracker/a"), listed("tracker/").keySet());
    }

    @Test
    void itOutlivesARestart() {
        now(directory.put("tracker/a", new byte[] {1}, LIFE));
        DirectoryStore after = new RecordsDirectory(records, clock, Runnable::run);
        assertArrayEquals(new byte[] {1}, now(after.list("tracker/")).get("tracker/a"));
    }

    @Test
    void aDamagedRecordIsDropped() {
        records.put("tracker/a", new byte[Long.BYTES - 1]);
        now(directory.put("tracker/b", new byte[] {1}, LIFE));
        assertEquals(Set.of("tracker/b"), listed("tracker/").keySet());
        assertEquals(Set.of("tracker/b"), records.map().keySet());
    }

    @Test
    void ofTooManySomeAreListed() {
        for (int i = 0; i < 300; i++) {
            now(directory.put("tracker/" + i, new byte[] {1}, LIFE));
        }
        assertEquals(256, listed("tracker/").size());
    }

    @Test
    void failuresFailTheStageAndAreNotThrown() {
        DirectoryStore busy =
                new RecordsDirectory(
                        records,
                        clock,
                        task -> {
                            throw new RejectedExecutionException("full");
                        });
        assertInstanceOf(
                RetryLaterException.class,
                assertThrows(
                                CompletionException.class,
                                () -> busy.list("").toCompletableFuture().join())
                        .getCause());
        CompletionStage<Void> refused = directory.put("", new byte[0], LIFE);
        assertTrue(refused.toCompletableFuture().isCompletedExceptionally(), "no such key");
    }
}
