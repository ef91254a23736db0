// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;

/**
 * Runs tasks on workers: those of one blob one after another, as given; those of different blobs at
 * once. A blob that is given up and wanted again at once must be closed before it is opened. Safe
 * for use by many threads.
 */
final class InOrder {
    private final Executor workers;
    private final Map<Digest, ArrayDeque<Runnable>> waiting = new HashMap<>();

    InOrder(Executor workers) {
        this.workers = workers;
    }

    /**
     * Runs {@code task}, which must not throw, after the blob's earlier ones.
     *
     * @throws RejectedExecutionException when too much is waiting for the workers
     */
    void execute(Digest digest, Runnable task) {
        synchronized (waiting) {
            ArrayDeque<Runnable> queue = waiting.get(digest);
            if (queue != null) {
                queue.add(task);
                return;
            }
            waiting.put(digest, new ArrayDeque<>());
            try {
                workers.execute(() -> run(digest, task));
            } catch (RejectedExecutionException e) {
                waiting.remove(digest);
                throw e;
            }
        }
    }

    private void run(Digest digest, Runnable first) {
        for (Runnable task = first; task != null; task = next(digest)) {
            task.run();
        }
    }

    private @Nullable Runnable next(Digest digest) {
        synchronized (waiting) {
            ArrayDeque<Runnable> queue = waiting.get(digest);
            Runnable next = queue == null ? null : queue.poll();
            if (next == null) {
                waiting.remove(digest);
            }
            return next;
        }
    }
}
