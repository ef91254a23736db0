// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.peeredge.itests.bench.Compilers;

/**
 * Repeats a task until it gets no faster and compilers rest: on a busy machine a compiler may need
 * seconds for what a task waits for, during which the task looks steady.
 */
final class Steady {
    private static final long BATCH_NANOS = 150_000_000;
    private static final long MOST_NANOS = 30_000_000_000L;
    private static final int CALM = 4;
    private static final double COMPILERS = 0.02;
    private static final double GAIN = 0.95;

    private Steady() {}

    /** On this thread; times are CPU times. */
    static void reach(Runnable task) {
        try {
            Compilers compilers = new Compilers(List.of(ProcessHandle.current().pid()));
            long start = Meter.threadNanos();
            double best = Double.MAX_VALUE;
            int calm = 0;
            while (calm < CALM && Meter.threadNanos() - start < MOST_NANOS) {
                double nanos = batch(task);
                boolean rest = compilers.part() < COMPILERS;
                calm = rest && nanos > best * GAIN ? calm + 1 : 0;
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
