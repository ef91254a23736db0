// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.peeredge.kernel.api.Clock;

/** The machine's clock, which a test can put forward. */
final class MovableClock implements Clock {
    private final Clock clock;
    private final AtomicLong aheadNanos = new AtomicLong();

    MovableClock(Clock clock) {
        this.clock = clock;
    }

    void advance(Duration by) {
        aheadNanos.addAndGet(by.toNanos());
    }

    @Override
    public long nanos() {
        return clock.nanos() + aheadNanos.get();
    }

    @Override
    public Instant now() {
        return clock.now().plusNanos(aheadNanos.get());
    }
}
