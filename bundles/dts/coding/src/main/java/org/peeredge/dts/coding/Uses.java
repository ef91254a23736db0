// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts those who use an encoder, so that its memory is given back when it is closed and the last
 * of them has left. Safe for use by many threads.
 */
public final class Uses {
    private static final int CLOSED = Integer.MIN_VALUE;

    /** How many are inside; {@link #CLOSED} more when it is closed. */
    private final AtomicInteger inside = new AtomicInteger();

    private final Runnable free;

    /**
     * Nobody is inside.
     *
     * @param free runs once, on the thread that leaves last or closes
     */
    public Uses(Runnable free) {
        this.free = free;
    }

    /**
     * Goes in; {@link #leave} is to follow.
     *
     * @throws IllegalStateException when it is closed
     */
    public void enter() {
        int now = inside.get();
        while (now >= 0 && !inside.compareAndSet(now, now + 1)) {
            now = inside.get();
        }
        if (now < 0) {
            throw new IllegalStateException("the encoder is closed");
        }
    }

    /** Goes out. */
    public void leave() {
        if (inside.decrementAndGet() == CLOSED) {
            free.run();
        }
    }

    /** Lets nobody in any more; does not wait. Safe to repeat. */
    public void close() {
        int now = inside.get();
        while (now >= 0 && !inside.compareAndSet(now, now + CLOSED)) {
            now = inside.get();
        }
        if (now == 0) {
            free.run();
        }
    }
}
