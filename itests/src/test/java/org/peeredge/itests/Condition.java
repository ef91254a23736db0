// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another process does, by looking again and again. */
final class Condition {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private Condition() {}

    /**
     * Returns as soon as {@code condition} holds.
     *
     * @param what for the failure when it does not hold within {@code limit}
     */
    static void await(String what, Duration limit, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
