// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import java.time.Duration;
import java.time.Instant;
import org.peeredge.kernel.api.Clock;

/**
 * The machine's clock, which a test may move ahead by {@link #advance} (both readings move). Timers
 * of {@link TestThreads} are not moved: they always run on real time.
 */
public final class TestClock implements Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public long nanos() {
        return System.nanoTime() + ahead.toNanos();
    }

    @Override
    public Instant now() {
        return Instant.now().plus(ahead);
    }

    /** Moves the clock; a negative value moves it back. */
    public synchronized void advance(Duration by) {
        ahead = ahead.plus(by);
    }
}
