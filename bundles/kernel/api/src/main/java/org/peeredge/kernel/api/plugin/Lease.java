// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.plugin;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The right to use one plugin for one request. Take it for each request, never for a connection,
 * and close it when the request ends. While it is open the plugin stays usable, also after its
 * service has gone, until the drain time is over; then {@link #onCancel} fires. Safe for use by
 * many threads.
 */
public final class Lease<T> implements AutoCloseable {
    private static final int OPEN = 0;
    private static final int CANCELLED = 1;
    private static final int CLOSED = 2;

    private final Slot<T> slot;
    private final AtomicInteger state = new AtomicInteger(OPEN);
    private final AtomicReference<@Nullable Runnable> onCancel = new AtomicReference<>();

    Lease(Slot<T> slot) {
        this.slot = slot;
    }

    /** The plugin. */
    public T plugin() {
        return slot.plugin();
    }

    /** The plugin's type, as in its service property. */
    public String type() {
        return slot.type();
    }

    /** Whether the drain time has run out: stop at once. */
    public boolean cancelled() {
        return state.get() == CANCELLED;
    }

    /**
     * Calls {@code action} once when the drain time runs out while this lease is open; at once if
     * that has happened.
     */
    public void onCancel(Runnable action) {
        onCancel.set(action);
        if (cancelled()) {
            fire();
        }
    }

    /** Says that the plugin did its work: forgets earlier failures. */
    public void succeeded() {
        slot.succeeded();
    }

    /** Says that the plugin threw or broke its contract; enough of these in a row trip it off. */
    public void failed(Throwable cause) {
        slot.failed(cause);
    }

    /** Trips the plugin off at once: it hangs, or leaks. */
    public void trip(String reason) {
        slot.trip(reason);
    }

    /** Gives the lease back; a second call does nothing. */
    @Override
    public void close() {
        if (state.getAndSet(CLOSED) != CLOSED) {
            slot.release(this);
        }
    }

    void cancel() {
        if (state.compareAndSet(OPEN, CANCELLED)) {
            fire();
        }
    }

    private void fire() {
        Runnable action = onCancel.getAndSet(null);
        if (action != null) {
            action.run();
        }
    }
}
