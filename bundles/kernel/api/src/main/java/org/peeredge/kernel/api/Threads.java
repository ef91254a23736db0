// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The one maker of threads and randomness. Threads are named {@code <bundle>-<role>-<n>}. Whoever
 * makes one closes it in its {@code deactivate}.
 */
@ProviderType
public interface Threads {
    /** A new single-threaded loop. */
    Loop newLoop(String bundle, String role);

    /**
     * A new pool of at most {@code max} platform threads, idle ones end after some seconds; the
     * queue is bounded by {@code maxQueued} and a task beyond it is refused with {@code
     * RejectedExecutionException}.
     */
    ExecutorService newPool(String bundle, String role, int max, int maxQueued);

    /** A new virtual thread for each task: for blocking input and output. */
    ExecutorService newVirtualPool(String bundle, String role);

    /**
     * A fast, seeded-at-start generator for decisions (not for secrets). Safe for use by many
     * threads.
     */
    RandomGenerator random();
}
