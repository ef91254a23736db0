// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts a connection whose client neither sends what is waited for nor takes what is sent. */
// A close or write that fails shows as channelInactive; its future says no more.
@SuppressWarnings("FutureReturnValueIgnored")
final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final Channel channel;
    private final HttpServer server;
    private final BooleanSupplier waiting;
    private final long idleNanos;
    private Future<?> timer;
    private long sinceNanos;
    private long lastPending;

    /** On the event loop of {@code channel}, as everything here. */
    Watchdog(Channel channel, HttpServer server, BooleanSupplier waiting) {
        this.channel = channel;
        this.server = server;
        this.waiting = waiting;
        this.idleNanos = server.options().idle().toNanos();
        this.sinceNanos = server.clock().nanos();
        this.timer = arm(idleNanos);
    }

    /** The client did something, or a new wait begins. */
    void progress() {
        sinceNanos = server.clock().nanos();
    }

    void stop() {
        timer.cancel(false);
    }

    private Future<?> arm(long nanos) {
        return channel.eventLoop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        long now = server.clock().nanos();
        long pending = pendingBytes();
        boolean writing = pending > 0;
        if (!(writing || waiting.getAsBoolean()) || (writing && pending != lastPending)) {
            sinceNanos = now;
        }
        lastPending = pending;
        long left = idleNanos - (now - sinceNanos);
        if (left <= 0) {
            LOG.debug(
                    "{}: {} is idle or too slow",
                    server.options().bundle(),
                    channel.remoteAddress());
            server.counters().idle().increment();
            channel.close();
            return;
        }
        // A write's progress is seen by looking: twice per idle time.
        timer = arm(Math.min(left, idleNanos / 2 + 1));
    }

    /** Changes whenever the socket takes bytes. */
    private long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (buffer == null || buffer.isEmpty()) {
            return 0;
        }
        return buffer.totalPendingWriteBytes() - buffer.currentProgress() + 1;
    }
}
