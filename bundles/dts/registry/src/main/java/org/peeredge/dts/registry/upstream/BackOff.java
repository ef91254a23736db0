// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.time.Duration;
import org.peeredge.kernel.api.Clock;

/**
 * Leaves an upstream alone for a while after it asked for that (429) or failed several times in a
 * row, so that clients get their fast answer instead of waiting for it. Safe for use by many
 * threads.
 */
final class BackOff {
    private static final int FREE_FAILURES = 2;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST_AFTER_FAILURES = Duration.ofSeconds(8);
    private static final Duration AFTER_429 = Duration.ofSeconds(5);
    private static final Duration LONGEST_AFTER_429 = Duration.ofMinutes(2);

    private final Clock clock;
    private int failures;
    private long restUntilNanos;

    BackOff(Clock clock) {
        this.clock = clock;
        this.restUntilNanos = clock.nanos();
    }

    /** How long to leave the upstream alone yet; zero: not at all. */
    synchronized Duration rest() {
        return Duration.ofNanos(Math.max(0, restUntilNanos - clock.nanos()));
    }

    /** It answered. */
    synchronized void succeeded() {
        failures = 0;
    }

    /** It could not be reached, took too long, or answered 5xx. */
    synchronized void failed() {
        failures++;
        if (failures > FREE_FAILURES) {
            int doublings = Math.min(failures - FREE_FAILURES - 1, 8);
            restFor(min(FIRST.multipliedBy(1L << doublings), LONGEST_AFTER_FAILURES));
        }
    }

    /**
     * It answered 429.
     *
     * @param retryAfterSeconds what it asked for, 0 when it did not say
     */
    synchronized void limited(long retryAfterSeconds) {
        Duration asked =
                retryAfterSeconds <= 0
                        ? AFTER_429
                        : Duration.ofSeconds(Math.min(retryAfterSeconds, 3600));
        restFor(min(asked, LONGEST_AFTER_429));
    }

    private void restFor(Duration rest) {
        long until = clock.nanos() + rest.toNanos();
        if (until - restUntilNanos > 0) {
            restUntilNanos = until;
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
