// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes written pieces durable beside the writers: at once, or when their time has come. */
final class Flusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);
    private static final int THREADS = 2;

    private final StoreSettings settings;
    private final Loop timers;
    private final ExecutorService pool;
    private final Set<FilePartialBlob> queued = ConcurrentHashMap.newKeySet();

    /** Takes its timers from a loop that it does not close. */
    Flusher(StoreSettings settings, Threads threads, Loop timers) {
        this.settings = settings;
        this.timers = timers;
        // At most one task per open blob is queued.
        this.pool = threads.newPool(StoreSettings.BUNDLE, "flush", THREADS, settings.maxOpen());
    }

    /** Flushes now, or after the configured delay. */
    void flush(FilePartialBlob blob, boolean now) {
        if (now) {
            enqueue(blob);
            return;
        }
        try {
            timers.schedule(settings.flushDelay(), () -> enqueue(blob));
        } catch (RejectedExecutionException e) {
            LOG.debug("store: closing, which flushes {}", blob.digest());
        }
    }

    private void enqueue(FilePartialBlob blob) {
        if (!queued.add(blob)) {
            return;
        }
        try {
            pool.execute(() -> run(blob));
        } catch (RejectedExecutionException e) {
            queued.remove(blob);
            flush(blob, false);
        }
    }

    private void run(FilePartialBlob blob) {
        queued.remove(blob);
        try {
            blob.flush();
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "store: pieces of {} could not be made durable, tried again in {}; check the"
                            + " disk of {}",
                    blob.digest(),
                    settings.flushDelay(),
                    settings.dir(),
                    e);
            flush(blob, false);
        }
    }

    /** Takes no more; what runs ends. */
    @Override
    public void close() {
        pool.shutdown();
    }
}
