// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * Finds the threads that a strategy starts and leaves behind: it must start none, and each would
 * keep its bundle in memory. A thread takes over the context class loader of the one that starts
 * it, so each plan is made under a class loader of its own, and whoever has that one was started by
 * this plan. Virtual threads cannot be listed: they are not found.
 */
final class Leaks {
    /** Threads that may begin while they are listed. */
    private static final int SPARE = 32;

    private Leaks() {}

    /** A plan left threads behind; the message goes on from "it". */
    static final class LeakException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        LeakException(List<String> threads) {
            super("leaks: a plan left " + threads + " running, and a strategy starts no thread");
        }
    }

    /** Loads nothing itself; only its identity counts. */
    private static final class Mark extends ClassLoader {
        Mark(RoutingStrategy strategy) {
            super(strategy.getClass().getClassLoader());
        }
    }

    /**
     * Asks for a plan on this thread.
     *
     * @throws LeakException when threads that it started still run
     */
    static Plan watched(RoutingStrategy strategy, TransferView view, RandomGenerator random) {
        Thread self = Thread.currentThread();
        ClassLoader before = self.getContextClassLoader();
        ClassLoader mark = new Mark(strategy);
        Plan plan;
        self.setContextClassLoader(mark);
        try {
            plan = strategy.plan(view, random);
        } finally {
            self.setContextClassLoader(before);
        }
        List<String> left = startedUnder(mark);
        if (!left.isEmpty()) {
            throw new LeakException(left);
        }
        return plan;
    }

    /** Stops no thread, unlike a list with stack traces: some microseconds for each plan. */
    private static List<String> startedUnder(ClassLoader mark) {
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        for (ThreadGroup up = all.getParent(); up != null; up = all.getParent()) {
            all = up;
        }
        Thread[] threads = new Thread[all.activeCount() + SPARE];
        int count = all.enumerate(threads);
        return Arrays.stream(threads, 0, count)
                .filter(thread -> mark.equals(thread.getContextClassLoader()))
                .map(Thread::getName)
                .sorted()
                .toList();
    }
}
