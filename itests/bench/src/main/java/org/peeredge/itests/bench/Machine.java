// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the whole machine while something is measured, in {@code /proc/stat}: where cores are
 * busy, they and not the links may bind. What the hypervisor took counts as busy.
 */
final class Machine {
    private static final long TICK_NANOS = 250_000_000;
    private static final double BUSY = 0.9;

    private final Thread thread;
    private final List<double[]> busy = new ArrayList<>(); // of each tick: fraction of each core
    private volatile boolean ended;
    private long latestNanos;

    /**
     * What was seen.
     *
     * @param busy mean over time and cores, 0 to 1
     * @param saturatedSeconds for how long, in all, every core was more than 90 % busy
     * @param lateSeconds how late this was called at worst: nobody else was served in time then,
     *     either
     */
    record Seen(double busy, double saturatedSeconds, double lateSeconds) {
        /** Why what took so long cannot be believed; empty when it can. */
        String doubts(double seconds) {
            if (saturatedSeconds >= Math.max(1, seconds / 10)) {
                return Figure.number(saturatedSeconds) + " s with all cores busy";
            }
            return lateSeconds > 0.25
                    ? "the machine was late by " + Figure.number(lateSeconds) + " s"
                    : "";
        }
    }

    private Machine() {
        thread = Thread.ofPlatform().name("bench-machine").daemon().unstarted(this::look);
    }

    static Machine watch() {
        Machine machine = new Machine();
        machine.thread.start();
        return machine;
    }

    Seen stop() throws InterruptedException {
        ended = true;
        thread.join();
        return seen(busy, latestNanos);
    }

    /** Of each core's busy fraction at each tick. */
    static Seen seen(List<double[]> busy, long latestNanos) {
        double sum = 0;
        int saturated = 0;
        for (double[] cores : busy) {
            double least = 1;
            for (double core : cores) {
                sum += core / cores.length;
                least = Math.min(least, core);
            }
            if (least > BUSY) {
                saturated++;
            }
        }
        return new Seen(
                busy.isEmpty() ? 0 : sum / busy.size(),
                saturated * (TICK_NANOS / 1e9),
                latestNanos / 1e9);
    }

    private void look() {
        try {
            List<long[]> before = cores();
            long tick = System.nanoTime();
            while (!ended) {
                tick += TICK_NANOS;
                TimeUnit.NANOSECONDS.sleep(tick - System.nanoTime());
                latestNanos = Math.max(latestNanos, System.nanoTime() - tick);
                List<long[]> after = cores();
                double[] fractions = new double[after.size()];
                for (int i = 0; i < fractions.length; i++) {
                    long all = after.get(i)[0] - before.get(i)[0];
                    long idle = after.get(i)[1] - before.get(i)[1];
                    fractions[i] = all == 0 ? 0 : 1 - (double) idle / all;
                }
                busy.add(fractions);
                before = after;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ticks of each core so far: all, and those idle or waiting for a disk. */
    private static List<long[]> cores() throws IOException {
        List<long[]> cores = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.matches("cpu\\d.*")) {
                String[] words = line.split("\\s+", -1);
                long all = 0;
                for (int i = 1; i <= 8; i++) { // guest time, which follows, is in user time
                    all += Long.parseLong(words[i]);
                }
                cores.add(new long[] {all, Long.parseLong(words[4]) + Long.parseLong(words[5])});
            }
        }
        return cores;
    }
}
