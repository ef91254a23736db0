// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waiting, as tests and as policies that they make up do it. */
final class Waits {
    private Waits() {}

    /** As a plugin would that hangs: deaf to interrupts. */
    static void deaf(CountDownLatch hold) {
        while (hold.getCount() > 0) {
            try {
                hold.await();
            } catch (InterruptedException e) {
                // one that does not care
            }
        }
    }

    /** As a plugin would that hangs, but ends when it is interrupted. */
    static void ends(CountDownLatch hold) {
        try {
            hold.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** As a plugin would that is slow. */
    static void takes(Duration time) {
        try {
            assertTrue(!new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Until something holds that another thread brings about. */
    static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not within 20 s");
            Thread.onSpinWait();
        }
    }
}
