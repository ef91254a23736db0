// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.util;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.RetryLaterException;

/** Waits for stages with a deadline, and turns what went wrong into errors that say what to do. */
public final class Waits {
    private Waits() {}

    /**
     * The stage's result.
     *
     * @param what names the thing waited for in messages
     * @throws RetryLaterException when it is not there in time, or when the thread was interrupted
     * @throws PeerEdgeException as the stage failed
     */
    public static <T> T get(CompletionStage<T> stage, Duration timeout, String what) {
        try {
            return stage.toCompletableFuture().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new RetryLaterException(
                    what + " took longer than " + timeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetryLaterException("this node is stopping", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause(), what);
        }
    }

    /** The error to throw for {@code cause}, which ended the wait for {@code what}. */
    public static PeerEdgeException failure(Throwable cause, String what) {
        if (cause instanceof PeerEdgeException known) {
            return known;
        }
        return new RetryLaterException(what + " failed: " + cause.getMessage(), cause);
    }
}
