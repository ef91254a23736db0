// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.plugin;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One plugin and its open leases. {@code users} holds the number of leases plus one for the slot
 * itself; at zero the slot is drained. Taking and giving back a lease is a compare-and-set, so no
 * caller ever waits for another.
 */
final class Slot<T> {
    private final String type;
    private final int ranking;
    private final T plugin;
    private final int maxFailures;
    private final Consumer<String> onTrip;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicInteger failures = new AtomicInteger();
    private final Set<Lease<T>> leases = ConcurrentHashMap.newKeySet();
    private final CountDownLatch drained = new CountDownLatch(1);
    private volatile boolean retired;
    private volatile String tripReason = "";

    Slot(String type, int ranking, T plugin, int maxFailures, Consumer<String> onTrip) {
        this.type = type;
        this.ranking = ranking;
        this.plugin = plugin;
        this.maxFailures = maxFailures;
        this.onTrip = onTrip;
    }

    String type() {
        return type;
    }

    int ranking() {
        return ranking;
    }

    T plugin() {
        return plugin;
    }

    /** Two plugins may well be equal; it is this very object that left. */
    @SuppressWarnings("ReferenceEquality")
    boolean holds(T candidate) {
        return plugin == candidate;
    }

    boolean usable() {
        return !retired && tripReason.isEmpty();
    }

    String tripReason() {
        return tripReason;
    }

    int openLeases() {
        return leases.size();
    }

    Optional<Lease<T>> lease() {
        if (!usable()) {
            return Optional.empty();
        }
        int n = users.get();
        while (n > 0 && !users.compareAndSet(n, n + 1)) {
            n = users.get();
        }
        if (n == 0) {
            return Optional.empty();
        }
        Lease<T> lease = new Lease<>(this);
        leases.add(lease);
        if (retired) {
            // It left between the check above and here: give the place back, so that a removal
            // neither waits for new work nor misses a lease that it has to cancel.
            lease.close();
            return Optional.empty();
        }
        return Optional.of(lease);
    }

    void release(Lease<T> lease) {
        leases.remove(lease);
        leave();
    }

    private void leave() {
        if (users.decrementAndGet() == 0) {
            drained.countDown();
        }
    }

    void succeeded() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    void failed(Throwable cause) {
        if (failures.incrementAndGet() >= maxFailures) {
            trip("failed " + maxFailures + " times in a row, last with " + cause);
        }
    }

    void trip(String reason) {
        synchronized (this) {
            if (!tripReason.isEmpty()) {
                return;
            }
            tripReason = reason.isEmpty() ? "no reason given" : reason;
        }
        onTrip.accept(tripReason);
    }

    /**
     * Takes the slot out of use and waits for its leases; an interrupt ends the wait and cancels
     * them.
     *
     * @return whether all leases were given back; false when some had to be cancelled
     */
    boolean retire(Duration drain) throws InterruptedException {
        retired = true;
        leave();
        boolean waiting = true;
        try {
            waiting = !drained.await(drain.toNanos(), TimeUnit.NANOSECONDS);
            return !waiting;
        } finally {
            if (waiting) {
                cancelAll();
            }
        }
    }

    /** Cancels every open lease, also when the action of one of them throws. */
    private void cancelAll() {
        RuntimeException thrown = null;
        for (Lease<T> lease : leases) {
            try {
                lease.cancel();
            } catch (RuntimeException e) {
                if (thrown == null) {
                    thrown = e;
                } else {
                    thrown.addSuppressed(e);
                }
            }
        }
        if (thrown != null) {
            throw thrown;
        }
    }
}
