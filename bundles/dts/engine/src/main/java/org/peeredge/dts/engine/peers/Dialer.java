// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.engine.peers.AddressBook.Entry;
import org.peeredge.dts.engine.peers.AddressBook.Reach;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials what the {@link AddressBook} says is due, a few at a time, each under a lease of its
 * channel plugin. A plugin that neither connects nor fails within the timeout is blamed. On the
 * loop.
 */
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    /** Beyond the timeout that the plugin was given: after that it hangs. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration SHORTEST_WAIT = Duration.ofMillis(20);

    private final PluginSlots<ChannelProvider> slots;
    private final Loop loop;
    private final PluginCalls calls;
    private final Connection.Hop hop;
    private final Clock clock;
    private final PeersConfig config;
    private final PeerMetrics metrics;
    private final AddressBook book;
    private final NodeId self;
    private final Predicate<NodeId> accept;
    private final Predicate<NodeId> returning;
    private final BiFunction<ChannelProvider, String, Connection> newConnection;
    private int dialling;
    private boolean stopped;
    private Reach reach = Reach.ALL;
    private @Nullable Cancellable timer;

    /** One dial under way. */
    private final class Dial {
        final Entry entry;
        final Lease<ChannelProvider> lease;
        final Connection connection;
        boolean over;
        @Nullable Cancellable deadline;

        Dial(Entry entry, Lease<ChannelProvider> lease) {
            this.entry = entry;
            this.lease = lease;
            this.connection = newConnection.apply(lease.plugin(), lease.type());
        }

        void end() {
            over = true;
            entry.dialling = false;
            dialling--;
            lease.close();
            Cancellable d = deadline;
            if (d != null) {
                d.cancel();
            }
        }
    }

    Dialer(
            PeersPorts ports,
            PluginCalls calls,
            Connection.Hop hop,
            PeersConfig config,
            PeerMetrics metrics,
            AddressBook book,
            Predicate<NodeId> accept,
            Predicate<NodeId> returning,
            BiFunction<ChannelProvider, String, Connection> newConnection) {
        this.slots = ports.channels();
        this.loop = ports.loop();
        this.calls = calls;
        this.hop = hop;
        this.clock = ports.clock();
        this.config = config;
        this.metrics = metrics;
        this.book = book;
        this.self = ports.identity().self().node();
        this.accept = node -> !node.equals(self) && accept.test(node);
        this.returning = returning;
        this.newConnection = newConnection;
    }

    /** Dials under way. */
    int dialling() {
        return dialling;
    }

    /** Dials what is due, then sleeps until the next address is. */
    void pump() {
        if (stopped) {
            return;
        }
        while (dialling < config.maxDialing()) {
            Optional<Entry> next = book.next(clock.nanos(), accept, reach);
            if (next.isEmpty()) {
                break;
            }
            dial(next.get());
        }
        sleep();
    }

    /** Whom to dial; a wider reach begins at once. */
    void reach(Reach now) {
        boolean more = now.compareTo(reach) > 0;
        reach = now;
        if (more) {
            pump();
        }
    }

    private void sleep() {
        Cancellable old = timer;
        if (old != null) {
            old.cancel();
            timer = null;
        }
        if (dialling >= config.maxDialing()) {
            return; // the end of a dial pumps again
        }
        book.nanosToNext(clock.nanos(), accept, reach)
                .ifPresent(nanos ->
                        timer =
                                loop.schedule(
                                        Duration.ofNanos(Math.max(nanos, SHORTEST_WAIT.toNanos())),
                                        this::pump));
    }

    private void dial(Entry entry) {
        Optional<Lease<ChannelProvider>> lease = slots.lease(entry.address.type());
        if (lease.isEmpty()) {
            book.noPlugin(entry, clock.nanos());
            return;
        }
        entry.dialling = true;
        dialling++;
        metrics.dials.increment();
        Dial dial = new Dial(entry, lease.get());
        dial.lease.onCancel(() -> hop.run(() -> removed(dial)));
        dial.deadline =
                loop.schedule(
                        config.dialTimeout().plus(GRACE),
                        () -> failed(dial, new TimeoutException("connect hangs"), true));
        Duration timeout = config.dialTimeout();
        ChannelProvider plugin = dial.lease.plugin();
        calls.make(() -> plugin.connect(entry.address, dial.connection, timeout))
                .whenComplete((channel, error) -> {
                    boolean taken = hop.run(() -> done(dial, channel, error));
                    if (!taken && channel != null) {
                        channel.close();
                    }
                });
    }

    private void done(Dial dial, @Nullable Channel channel, @Nullable Throwable error) {
        if (channel == null) {
            Throwable cause =
                    error == null ? new NullPointerException("connect") : Errors.unwrap(error);
            failed(dial, cause, !(cause instanceof PeerEdgeException));
        } else if (dial.over || stopped) {
            channel.close();
        } else {
            NodeId node = channel.peer().node();
            dial.lease.succeeded();
            dial.end();
            if (node.equals(self)) {
                book.isSelf(dial.entry, self, clock.nanos());
            } else {
                book.reached(dial.entry, node);
            }
            dial.connection.bind(channel);
            // At once, not after a hop: from here on the node counts as busy and is not dialled.
            dial.connection.seeOpened();
            pump();
        }
    }

    private void failed(Dial dial, Throwable cause, boolean blame) {
        if (dial.over) {
            return;
        }
        if (blame) {
            dial.lease.failed(cause);
        }
        dial.end();
        metrics.failedDials.increment();
        NodeId node = dial.entry.node;
        if (node != null && returning.test(node)) {
            book.again(dial.entry, clock.nanos());
        } else {
            book.failed(dial.entry, clock.nanos());
        }
        LOG.debug("no channel to {}: {}", dial.entry.address, Errors.text(cause));
        pump();
    }

    /** The plugin left in the middle of it, which says nothing about the address. */
    private void removed(Dial dial) {
        if (!dial.over) {
            dial.end();
            metrics.failedDials.increment();
            book.again(dial.entry, clock.nanos());
            pump();
        }
    }

    void stop() {
        stopped = true;
        Cancellable t = timer;
        if (t != null) {
            t.cancel();
        }
    }
}
