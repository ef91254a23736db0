// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One thread that runs tasks in the order given, and timers when they are due. A task must not
 * block. A task that throws is logged and counted; the loop goes on.
 */
@ProviderType
public interface Loop extends Executor, AutoCloseable {
    /**
     * Runs {@code task} on this loop after {@code delay}.
     *
     * @param delay zero or more
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** Whether the caller is on this loop's thread. */
    boolean inLoop();

    /**
     * Stops taking tasks, runs those already queued, drops timers, and waits for the thread to end
     * (at most 5 s).
     */
    @Override
    void close();
}
