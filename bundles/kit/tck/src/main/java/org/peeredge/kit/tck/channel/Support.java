// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.channel;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.peeredge.kernel.api.TryOtherPeerException;

/** Waiting and test bytes. */
final class Support {
    private static final int PATIENCE_SECONDS = 15;

    private Support() {}

    /** What {@code stage} gives; waits for it. */
    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static void assertOtherPeer(CompletionStage<?> stage) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> get(stage));
        assertInstanceOf(TryOtherPeerException.class, failed.getCause());
    }

    /** Bytes that depend on {@code seed}. */
    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
