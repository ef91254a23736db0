// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kit.tck.TestThreads;

/** What a channel plugin that breaks its contract does to the engine: nothing for long. */
class BrokenChannelsTest {
    private static final SymbolsHeader HEADER =
            new SymbolsHeader(
                    new Digest("sha256", "0123456789abcdef".repeat(4)),
                    1,
                    new CodecId("none", 4, 0, 1000),
                    0,
                    1,
                    new byte[0]);

    /** Each new channel opens well, so dialling alone never finds out. */
    @Test
    void onePluginWhoseChannelsThrowIsTrippedOffAndTheNextOneSends() {
        World world = new World(1);
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1);
        b.provider.throwsOnSymbols = true;
        b.slots.add(FakeNet.TYPE, -1, world.net.new Provider(b.provider.self, b.address));
        b.start();
        assertTrue(
                world.until(() -> {
                    var _ = b.peers.sendSymbols(a.id, HEADER, ByteBuffer.wrap(new byte[] {7}));
                    return !b.trips.isEmpty();
                }));
        assertEquals(
                List.of(
                        "fake: its channels threw 3 times in a short time, last"
                                + " java.lang.NoClassDefFoundError: a broken plugin"),
                b.trips);
        assertTrue(
                world.until(() -> {
                    var _ = b.peers.sendSymbols(a.id, HEADER, ByteBuffer.wrap(new byte[] {7}));
                    return !a.payloads.isEmpty();
                }));
    }

    @Test
    void rareThrowsAreForgotten() {
        World world = new World(1);
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        for (int i = 0; i < 5; i++) {
            assertTrue(world.until(() -> b.sees(a) && a.sees(b)));
            b.provider.throwsOnSymbols = true;
            var _ = b.peers.sendSymbols(a.id, HEADER, ByteBuffer.wrap(new byte[] {7}));
            b.provider.throwsOnSymbols = false;
            world.time.run(Duration.ofSeconds(61));
        }
        assertEquals(List.of(), b.trips);
    }

    @Test
    void aCallThatDoesNotReturnKeepsNobodyElse() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<@Nullable Thread> on = new AtomicReference<>();
        try (TestThreads threads = new TestThreads(1)) {
            PluginCalls calls = new PluginCalls(threads.newVirtualPool("test", "channels"));
            CompletionStage<String> hangs =
                    calls.make(() -> {
                        on.set(Thread.currentThread());
                        awaitDeaf(release);
                        return CompletableFuture.completedFuture("late");
                    });
            assertEquals(
                    "in time", get(calls.make(() -> CompletableFuture.completedFuture("in time"))));
            calls.stop();
            assertFalse(hangs.toCompletableFuture().isDone(), "stop does not wait for it");
            release.countDown();
            assertEquals("late", get(hangs));
            assertNotEquals(Thread.currentThread(), on.get());
            CompletionStage<String> after =
                    calls.make(() -> CompletableFuture.completedFuture("after the end"));
            assertInstanceOf(RetryLaterException.class, failure(after));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // the plugin breaks its contract
    void whateverItThrowsFailsTheStage() {
        try (TestThreads threads = new TestThreads(1)) {
            PluginCalls calls = new PluginCalls(threads.newVirtualPool("test", "channels"));
            CompletionStage<String> throwing =
                    calls.make(() -> {
                        throw new NoClassDefFoundError("a broken plugin");
                    });
            assertInstanceOf(NoClassDefFoundError.class, failure(throwing));
            assertInstanceOf(NullPointerException.class, failure(calls.<String>make(() -> null)));
            calls.stop();
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS);
        return Errors.unwrap(assertThrows(CompletionException.class, future::join));
    }

    /** As a broken plugin would wait: deaf to interrupts. */
    private static void awaitDeaf(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                latch.await();
                open = true;
            } catch (InterruptedException e) {
                // on purpose
            }
        }
    }
}
