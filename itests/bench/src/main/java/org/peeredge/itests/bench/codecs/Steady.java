// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.peeredge.itests.bench.Compilers;

/**
 * Repeats a task until it gets no faster and compilers rest: on a busy machine a compiler may need
 * seconds for what a task waits for, during which the task looks steady; and with the flags of
 * nodes code runs long before a compiler takes it up.
 */
final class Steady {
    private static final long BATCH_NANOS = 150_000_000;
    private static final long MOST_NANOS = 30_000_000_000L;
    private static final long CALM_NANOS = 1_500_000_000;

    /** Bytes in a batch: vectors are objects until a compiler has all of a loop. */
    private static final long BOXES = 50_000_000;

    private static final double COMPILERS = 0.08;
    private static final double GAIN = 0.95;

    private Steady() {}

    /** On this thread; times are CPU times. */
    static void reach(Runnable task) {
        try {
            Compilers compilers = new Compilers(List.of(ProcessHandle.current().pid()));
            long start = Meter.threadNanos();
            long now = start;
            long gained = start;
            double best = Double.MAX_VALUE;
            while (now - gained < CALM_NANOS && now - start < MOST_NANOS) {
                long before = Meter.threadAllocated();
                double nanos = batch(task);
                now = Meter.threadNanos();
                long boxes = Meter.threadAllocated() - before;
                boolean busy = compilers.part() > COMPILERS || boxes > BOXES;
                gained = busy || nanos < best * GAIN ? now : gained;
                best = Math.min(best, nanos);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nanoseconds for one. */
    private static double batch(Runnable task) {
        long from = Meter.threadNanos();
        long now = from;
        int runs = 0;
        while (now - from < BATCH_NANOS) {
            task.run();
            runs++;
            now = Meter.threadNanos();
        }
        return (double) (now - from) / runs;
    }
}
