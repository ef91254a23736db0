// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a thread spends: its own CPU time, so that what else runs on the machine counts as little as
 * it can, and its own allocations, so that what JMH allocates around an iteration does not count.
 * JMH reports the public fields.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Meter {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** CPU nanoseconds of one block. */
    public double nanos;

    /** Bytes on the heap for one block. */
    public double allocated;

    /** What part of the time the thread had a core, 0 to 1: less where others want it, too. */
    public double share;

    private long blocks;
    private long nanosBefore;
    private long wallBefore;
    private long allocatedBefore;

    /** CPU nanoseconds of this thread so far. */
    static long threadNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    /** Bytes that this thread has allocated so far. */
    static long threadAllocated() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Of an iteration. */
    @Setup(Level.Iteration)
    public void start() {
        blocks = 0;
        wallBefore = System.nanoTime();
        allocatedBefore = threadAllocated();
        nanosBefore = threadNanos();
    }

    void block() {
        blocks++;
    }

    /** Of an iteration. */
    @TearDown(Level.Iteration)
    public void stop() {
        long spent = threadNanos() - nanosBefore;
        allocated = (double) (threadAllocated() - allocatedBefore) / blocks;
        share = (double) spent / (System.nanoTime() - wallBefore);
        nanos = (double) spent / blocks;
    }
}
