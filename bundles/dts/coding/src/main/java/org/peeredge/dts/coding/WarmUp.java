// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.concurrent.TimeUnit;
import org.peeredge.kernel.api.Clock;

/** Repeats what is to be fast until the JIT compilers have nothing more to gain. */
public final class WarmUp {
    /** A device that is slower than that serves its first blocks slowly. */
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** What takes less time together than this says nothing of one of them. */
    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Batches that bring no gain, one after another, until it is warm. */
    private static final int CALM = 6;

    private WarmUp() {}

    /**
     * Runs {@code task} over and over on this thread.
     *
     * @return nanoseconds for one run in the best batch
     * @throws InterruptedException when the thread was interrupted
     */
    public static double run(Clock clock, Runnable task) throws InterruptedException {
        double best = Double.MAX_VALUE;
        long start = clock.nanos();
        int calm = 0;
        while (calm < CALM) {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped while warming up");
            }
            long from = clock.nanos();
            long now = from;
            int runs = 0;
            while (now - from < BATCH_NANOS) {
                task.run();
                runs++;
                now = clock.nanos();
            }
            double nanos = (double) (now - from) / runs;
            calm = nanos < best * 0.9 ? 0 : calm + 1;
            best = Math.min(best, nanos);
            if (now - start > MAX_NANOS) {
                break;
            }
        }
        return best;
    }
}
