// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts those inside, so that what they use is not taken away under them. A shared arena would do
 * the same with one counter for all threads, over which they would queue: here each thread has one
 * of several, in a line of the cache of its own.
 */
final class Gate {
    private static final int STRIPES = 64;

    /** Ints from one counter to the next: two lines, as lines are fetched in pairs. */
    private static final int APART = 32;

    private static final long PAUSE_NANOS = 50_000;

    private final AtomicIntegerArray inside = new AtomicIntegerArray(STRIPES * APART);
    private volatile boolean shut;

    /**
     * Goes in; to be followed by {@link #leave} on the same thread.
     *
     * @throws IllegalStateException when the gate is shut
     */
    int enter() {
        int at = ((int) Thread.currentThread().threadId() & STRIPES - 1) * APART;
        inside.incrementAndGet(at);
        if (shut) {
            inside.decrementAndGet(at);
            throw new IllegalStateException("the native kernel is closed");
        }
        return at;
    }

    /** Goes out by what {@link #enter} returned. */
    void leave(int at) {
        inside.decrementAndGet(at);
    }

    /**
     * Lets nobody in any more and waits until all are out: as long as one call takes, which is
     * milliseconds at most.
     *
     * @return whether it was open
     */
    synchronized boolean shut() {
        if (shut) {
            return false;
        }
        shut = true;
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            while (inside.get(stripe * APART) > 0) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return true;
    }
}
