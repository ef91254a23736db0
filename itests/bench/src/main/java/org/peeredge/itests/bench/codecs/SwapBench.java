// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.peeredge.dts.api.codec.CodecProvider;

/**
 * The first block of another codec object, encoded and decoded, beside blocks in a steady stream.
 * The object was made and warmed up as bundles do it, before anybody can see it, while blocks go on
 * by the one before.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SwapBench {
    private static final int STEADY = 31;

    /** As in {@link Code}. */
    @Param("rs")
    public String codec = "";

    @Param("10")
    public int k;

    @Param("4")
    public int m;

    @Param("65536")
    public int symbolBytes;

    /** Whether the classes are new, too. */
    @Param("false")
    public boolean classes;

    /** What JMH reports: CPU nanoseconds. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Blocks {
        public double first;
        public double steady;
    }

    private @Nullable Coding coding;

    /** Goes on until it is fast. */
    @Setup(Level.Trial)
    public void open() {
        Coding stream =
                Coding.open(
                        new Code(codec, k, m, symbolBytes), Codecs.make(codec, Codecs.kernel()));
        Steady.reach(() -> block(stream));
        coding = stream;
    }

    private static void block(Coding stream) {
        stream.encode();
        stream.decode();
    }

    /** Memory of codecs that are gone is freed outside of what is measured. */
    @Setup(Level.Iteration)
    public void collect() {
        System.gc();
    }

    @Benchmark
    public void swap(Blocks blocks) {
        Coding stream = Objects.requireNonNull(coding);
        CodecProvider next = classes ? Fresh.load(codec) : Codecs.warm(codec);
        double[] nanos = new double[STEADY];
        for (int i = 0; i < STEADY; i++) {
            long from = Meter.threadNanos();
            block(stream);
            nanos[i] = Meter.threadNanos() - from;
        }
        Arrays.sort(nanos);
        blocks.steady = nanos[STEADY / 2];
        long from = Meter.threadNanos();
        stream.once(next);
        blocks.first = Meter.threadNanos() - from;
    }
}
