// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

/**
 * What {@code kernel.node} gives in a node, for unit tests: real threads and time, metrics that can
 * be read. Close it after the test; {@link Residue} then shows what was forgotten.
 */
public final class TestKernel implements AutoCloseable {
    private final TestClock clock = new TestClock();
    private final TestThreads threads;
    private final TestMetrics metrics = new TestMetrics();

    /** A kernel with the seed 1. */
    public TestKernel() {
        this(1);
    }

    /** A kernel whose random generator starts from {@code seed}. */
    public TestKernel(long seed) {
        threads = new TestThreads(seed);
    }

    /** Time that can be moved. */
    public TestClock clock() {
        return clock;
    }

    /** Threads, named as in a node. */
    public TestThreads threads() {
        return threads;
    }

    /** Metrics that can be read by name. */
    public TestMetrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        threads.close();
    }
}
