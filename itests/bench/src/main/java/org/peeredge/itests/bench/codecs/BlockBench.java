// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One {@link Task}, block after block. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BlockBench {
    /** Name of the task. */
    @Param("ENCODE")
    public String task = "";

    /** As in {@link Code}, and the others too. */
    @Param("rs")
    public String codec = "";

    @Param("10")
    public int k;

    @Param("4")
    public int m;

    @Param("65536")
    public int symbolBytes;

    @Param("1")
    public int groups;

    private @Nullable Runnable block;

    /** Prepares, checks that results are right, and goes on until it is fast. */
    @Setup(Level.Trial)
    public void open() {
        Runnable one = Task.valueOf(task).open(new Code(codec, k, m, symbolBytes, groups));
        Steady.reach(one);
        block = one;
    }

    /** One block. */
    @Benchmark
    public void block(Meter meter) {
        Objects.requireNonNull(block).run();
        meter.block();
    }
}
