// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.peeredge.kernel.api.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does a chore again and again, whether requests come or not, until it is closed. */
final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final Loop timer;
    private final Executor workers;
    private final Duration pause;
    private final Runnable chore;

    /**
     * Begins.
     *
     * @param timer its own; closed with it
     * @param workers run the chore, which may block
     * @param pause between two times
     */
    Upkeep(Loop timer, Executor workers, Duration pause, Runnable chore) {
        this.timer = timer;
        this.workers = workers;
        this.pause = pause;
        this.chore = chore;
        timer.schedule(pause, this::due);
    }

    private void due() {
        workers.execute(this::run);
        timer.schedule(pause, this::due);
    }

    private void run() {
        try {
            chore.run();
        } catch (RuntimeException e) {
            LOG.error("The registry's upkeep failed; please report this", e);
        }
    }

    /** No chore begins after this; one may still run until the workers are stopped. */
    @Override
    public void close() {
        timer.close();
    }
}
