// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting for what a service does: the shell's thread may block. */
final class Stages {
    private Stages() {}

    /**
     * The outcome, or the exception that the stage failed with.
     *
     * @param what names the work in the message when it takes too long
     */
    static <T> T await(CompletionStage<T> stage, Duration timeout, String what) throws Exception {
        try {
            return stage.toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    what
                            + " did not end within "
                            + timeout.toSeconds()
                            + " s; it may still end: look again before you repeat it",
                    e);
        }
    }
}
