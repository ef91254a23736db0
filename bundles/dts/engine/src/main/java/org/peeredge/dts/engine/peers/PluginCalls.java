// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.peeredge.kernel.api.RetryLaterException;

/**
 * Calls in which a channel plugin opens something, each on a thread of its own: one that does not
 * return keeps that thread and not the loop. Whoever calls watches the time and trips the plugin
 * off.
 */
final class PluginCalls {
    private final ExecutorService threads;

    /** One call. */
    interface Call<T> {
        CompletionStage<T> begin();
    }

    /**
     * Runs them on {@code threads}.
     *
     * @param threads without a bound, as a virtual pool is; ended by {@link #stop}
     */
    PluginCalls(ExecutorService threads) {
        this.threads = threads;
    }

    /**
     * Makes a call. Its stage gives what the plugin's gives, on any thread, or fails with what the
     * call throws, and with {@code RetryLaterException} after the end.
     */
    <T> CompletionStage<T> make(Call<T> call) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        try {
            threads.execute(() -> begin(call, outcome));
        } catch (RejectedExecutionException e) {
            outcome.completeExceptionally(new RetryLaterException("this node is stopping", e));
        }
        return outcome;
    }

    // A plugin may throw anything, a missing class above all; the caller has to hear of it.
    @SuppressWarnings("CatchingUnchecked")
    private static <T> void begin(Call<T> call, CompletableFuture<T> outcome) {
        try {
            var _ =
                    call.begin()
                            .whenComplete((value, error) -> {
                                if (error == null) {
                                    outcome.complete(value);
                                } else {
                                    outcome.completeExceptionally(error);
                                }
                            });
        } catch (Throwable e) {
            outcome.completeExceptionally(e);
        }
    }

    /** Interrupts what runs still and does not wait for it. */
    void stop() {
        threads.shutdownNow();
    }
}
