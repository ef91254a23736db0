// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.channel.Channel;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.netty.NettyRuntime;

/**
 * How much of a connection's bytes may be where nothing overtakes them any more: encrypted, or in
 * the kernel and not sent yet. About what the path carries in 10 ms each, so that a short frame
 * waits for little on a slow path and a fast one is never idle. The rate is the smaller one of what
 * the kernel knows of the path and of what the socket took while it was full. On the event loop.
 */
final class Pace {
    static final int MIN_HELD_BYTES = Framing.RECORD_BYTES;
    static final int MAX_HELD_BYTES = 768 << 10;

    /** Until a rate is known, and where the kernel does not tell one. */
    private static final int FIRST_HELD_BYTES = 128 << 10;

    /** The kernel wakes us at half of it, and then one record must be left to send. */
    private static final int MIN_UNSENT_BYTES = 2 * Framing.RECORD_BYTES;

    private static final long LOOK_NANOS = 10_000_000;
    private static final long LOOKS_PER_SECOND = 1_000_000_000 / LOOK_NANOS;

    private final NettyRuntime runtime;
    private final Channel socket;
    private final Clock clock;
    private int heldBytes = FIRST_HELD_BYTES;
    private int unsentBytes = Integer.MAX_VALUE;
    private boolean looked;
    private long lookedNanos;
    private long takenRate = FIRST_HELD_BYTES * LOOKS_PER_SECOND;
    private long sinceLookBytes;
    private boolean full;
    private long fullSinceNanos;
    private long takenBytes;

    Pace(NettyRuntime runtime, Channel socket, Clock clock) {
        this.runtime = runtime;
        this.socket = socket;
        this.clock = clock;
    }

    /** Bytes that may be handed to TLS and not be taken by the kernel yet. */
    int heldBytes() {
        return heldBytes;
    }

    /** The longest part of a frame: a quarter of that, whole records; fast paths need no parts. */
    int partBytes() {
        return heldBytes == MAX_HELD_BYTES
                ? Integer.MAX_VALUE
                : Math.max(1, heldBytes / 4 / Framing.RECORD_BYTES) * Framing.RECORD_BYTES;
    }

    /** The kernel took bytes. */
    void taken(int bytes) {
        sinceLookBytes += bytes;
        if (!full) {
            return;
        }
        takenBytes += bytes;
        long nanos = clock.nanos() - fullSinceNanos;
        if (nanos >= LOOK_NANOS) {
            takenRate = takenBytes * 1_000_000_000 / nanos;
            begin();
        }
    }

    /** All that may be was handed over, and the kernel took it, or not. */
    void full(boolean now) {
        if (now && !full) {
            begin();
        }
        full = now;
    }

    private void begin() {
        fullSinceNanos = clock.nanos();
        takenBytes = 0;
    }

    /** Looks at the path, now and then. */
    void look() {
        long now = clock.nanos();
        if (looked && now - lookedNanos < LOOK_NANOS) {
            return;
        }
        looked = true;
        lookedNanos = now;
        long path = runtime.pathBytesPerSecond(socket);
        if (path == 0) {
            return;
        }
        if (!full && sinceLookBytes > 2 * ((long) heldBytes + unsentBytes)) {
            // It took more than it can put aside, and was never full.
            takenRate = Math.max(takenRate, Math.min(path, takenRate * 2));
        }
        sinceLookBytes = 0;
        heldBytes =
                Math.clamp(
                        Math.min(path, takenRate) / LOOKS_PER_SECOND,
                        MIN_HELD_BYTES,
                        MAX_HELD_BYTES);
        int unsent = Math.max(heldBytes, MIN_UNSENT_BYTES);
        if (unsent < unsentBytes / 4 * 3 || unsent / 2 > unsentBytes) {
            unsentBytes = unsent;
            runtime.limitUnsent(socket, unsent);
        }
    }
}
