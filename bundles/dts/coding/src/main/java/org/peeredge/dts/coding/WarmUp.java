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

    /**
     * How long there must have been no gain: compilers that are at work on it need a second and
     * more before it shows.
     */
    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

    private WarmUp() {}

    /**
     * Runs {@code task} over and over on this thread.
     *
     * @param goalNanos what one run should take: until then there is no end for lack of gain, since
     *     a compiler may be busy with other things first
     * @return nanoseconds for one run in the best batch
     * @throws InterruptedException when the thread was interrupted
     */
    public static double run(Clock clock, double goalNanos, Runnable task)
            throws InterruptedException {
        double best = Double.MAX_VALUE;
        long start = clock.nanos();
        long gained = start;
        long end = start;
        while ((end - gained < CALM_NANOS || best > goalNanos) && end - start < MAX_NANOS) {
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
            end = now;
            gained = nanos < best * 0.9 ? now : gained;
            best = Math.min(best, nanos);
        }
        return best;
    }
}
