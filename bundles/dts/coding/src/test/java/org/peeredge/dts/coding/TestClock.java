// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.time.Instant;
import org.peeredge.kernel.api.Clock;

/** Each look at it takes ten milliseconds. */
final class TestClock implements Clock {
    private long nanos;

    @Override
    public long nanos() {
        nanos += 10_000_000;
        return nanos;
    }

    @Override
    public Instant now() {
        return Instant.EPOCH;
    }
}
