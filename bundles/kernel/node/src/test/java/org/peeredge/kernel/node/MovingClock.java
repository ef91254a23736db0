// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.time.Duration;
import java.time.Instant;
import org.peeredge.kernel.api.Clock;

/** Stands still until a test moves it. */
public final class MovingClock implements Clock {
    private volatile Instant now = Instant.parse("2026-06-01T12:00:00Z");
    private volatile long nanos = Long.MAX_VALUE - 5; // wraps at once: only differences count

    /** Moves both clocks. */
    public synchronized void move(Duration by) {
        now = now.plus(by);
        nanos += by.toNanos();
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public Instant now() {
        return now;
    }
}
