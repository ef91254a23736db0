// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

import java.time.Instant;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.peeredge.kernel.api.Clock;

/**
 * A clock that stands still until {@link #step} moves it to the next event. Not safe for use by
 * several threads.
 */
public final class VirtualTime implements Clock {
    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    private long nanos;
    private long made;

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    /**
     * Runs {@code task} after {@code delayNanos}, at least 0; in order of calls where times are
     * equal.
     */
    public void after(long delayNanos, Runnable task) {
        if (delayNanos < 0) {
            throw new IllegalArgumentException("delay of " + delayNanos + " ns");
        }
        queue.add(new Entry(nanos + delayNanos, made++, task));
    }

    /**
     * Moves to the next event and runs it.
     *
     * @return false when there is none
     */
    public boolean step() {
        Entry next = queue.poll();
        if (next == null) {
            return false;
        }
        nanos = next.atNanos;
        next.task.run();
        return true;
    }

    /**
     * Runs events until {@code done} or until {@code deadlineNanos}, which is the time then.
     *
     * @return whether {@code done} was reached
     */
    public boolean runUntil(BooleanSupplier done, long deadlineNanos) {
        while (!done.getAsBoolean()) {
            Entry next = queue.peek();
            if (next == null || next.atNanos > deadlineNanos) {
                nanos = Math.max(nanos, deadlineNanos);
                return false;
            }
            step();
        }
        return true;
    }

    private record Entry(long atNanos, long number, Runnable task) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }
}
