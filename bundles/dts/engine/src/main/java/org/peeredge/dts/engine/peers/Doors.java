// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelProvider.Listening;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open door for each channel type, at the best provider of that type. A lease is held while a
 * door opens, not while it is open, so that a plugin can be removed at once; {@link #reconcile}
 * then opens a door at the next one. On the loop.
 */
final class Doors {
    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);
    private static final Duration RETRY_MIN = Duration.ofSeconds(1);
    private static final Duration RETRY_MAX = Duration.ofSeconds(30);

    /** A socket is bound in microseconds: a plugin that needs longer keeps its lease for ever. */
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);

    /**
     * So many throws of its channels, each within a minute of the one before, trip a plugin off.
     */
    private static final int MAX_THROWN = 3;

    private static final Duration THROWN_MEMORY = Duration.ofMinutes(1);

    /** What the doors tell. */
    interface Owner {
        ChannelListener accepted(ChannelProvider provider, String type);

        /** The addresses changed. */
        void moved();

        /** A type has its first provider: what was dialled in vain is dialled again. */
        void arrived(String type);

        /** A type has another provider now, or none: what ran over the old one must end. */
        void replaced(String type, Optional<ChannelProvider> now);
    }

    private static final class Door {
        final ChannelProvider provider;
        boolean opening;
        boolean warned;
        int failures;
        int thrown;
        long lastThrownNanos;
        @Nullable Listening listening;
        List<PeerAddress> addresses = List.of();
        @Nullable Cancellable retry;
        @Nullable Cancellable deadline;

        Door(ChannelProvider provider) {
            this.provider = provider;
        }
    }

    private final PluginSlots<ChannelProvider> slots;
    private final Loop loop;
    private final Clock clock;
    private final PluginCalls calls;
    private final Connection.Hop hop;
    private final Owner owner;
    private final Map<String, Door> doors = new HashMap<>();
    private volatile List<PeerAddress> addresses = List.of();
    private boolean stopped;

    Doors(PeersPorts ports, PluginCalls calls, Connection.Hop hop, Owner owner) {
        this.slots = ports.channels();
        this.loop = ports.loop();
        this.clock = ports.clock();
        this.calls = calls;
        this.hop = hop;
        this.owner = owner;
    }

    /** Where this node is reached now; for any thread. */
    List<PeerAddress> addresses() {
        return addresses;
    }

    /** Opens what is missing, closes what has lost its provider. */
    void reconcile() {
        if (stopped) {
            return;
        }
        Set<String> types = new HashSet<>(doors.keySet());
        slots.list().forEach(p -> types.add(p.type()));
        types.forEach(this::reconcile);
    }

    @SuppressWarnings("ReferenceEquality") // two plugins may be equal: it is this very one
    private void reconcile(String type) {
        Optional<Lease<ChannelProvider>> lease = slots.lease(type);
        Door door = doors.get(type);
        ChannelProvider best = lease.map(Lease::plugin).orElse(null);
        if (door != null && door.provider != best) {
            shut(type, door);
            owner.replaced(type, Optional.ofNullable(best));
            door = null;
        }
        if (lease.isEmpty()) {
            return;
        }
        if (door == null) {
            door = new Door(lease.get().plugin());
            doors.put(type, door);
            owner.arrived(type);
        }
        if (door.listening == null && !door.opening && door.retry == null) {
            open(type, door, lease.get());
        } else {
            lease.get().close();
        }
    }

    private void open(String type, Door door, Lease<ChannelProvider> lease) {
        door.opening = true;
        door.deadline = loop.schedule(OPEN_TIMEOUT, () -> hangs(type, door, lease));
        ChannelAcceptor acceptor =
                channel -> {
                    ChannelListener listener = owner.accepted(door.provider, type);
                    if (listener instanceof Connection c) {
                        c.bind(channel);
                    }
                    return listener;
                };
        CompletionStage<Listening> opening = calls.make(() -> door.provider.listen(acceptor));
        opening.whenComplete((listening, error) -> {
            boolean taken = hop.run(() -> opened(type, door, lease, listening, error));
            if (!taken) {
                lease.close();
                if (listening != null) {
                    listening.close();
                }
            }
        });
    }

    /** Its stage has not completed: the plugin leaks the lease, and whatever it began. */
    @SuppressWarnings("ReferenceEquality")
    private void hangs(String type, Door door, Lease<ChannelProvider> lease) {
        lease.trip("listen did not complete within " + OPEN_TIMEOUT.toSeconds() + " s");
        lease.close();
        door.opening = false;
        if (!stopped && doors.get(type) == door) {
            reconcile(type);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void opened(
            String type,
            Door door,
            Lease<ChannelProvider> lease,
            @Nullable Listening listening,
            @Nullable Throwable error) {
        if (!door.opening) {
            if (listening != null) {
                listening.close(); // too late: given up as hanging
            }
            return;
        }
        if (listening == null) {
            failed(type, door, lease, error == null ? new NullPointerException("listen") : error);
            return;
        }
        lease.succeeded();
        ended(door, lease);
        if (stopped || doors.get(type) != door) {
            listening.close();
            return;
        }
        door.listening = listening;
        door.failures = 0;
        door.addresses = List.copyOf(listening.addresses());
        LOG.info("{} channels are accepted at {}", type, door.addresses);
        moved();
    }

    private void failed(String type, Door door, Lease<ChannelProvider> lease, Throwable error) {
        Throwable cause = Errors.unwrap(error);
        if (!(cause instanceof PeerEdgeException)) {
            lease.failed(cause);
        }
        ended(door, lease);
        if (stopped || doors.get(type) != door) {
            return;
        }
        if (!door.warned) {
            door.warned = true;
            LOG.warn(
                    "{} channels cannot be accepted, so members cannot dial this node; tried again"
                            + " every {} s: {}",
                    type,
                    RETRY_MAX.toSeconds(),
                    cause.getMessage());
        }
        long wait = RETRY_MIN.toMillis() << Math.min(door.failures++, 10);
        door.retry =
                loop.schedule(
                        Duration.ofMillis(Math.min(wait, RETRY_MAX.toMillis())),
                        () -> {
                            door.retry = null;
                            reconcile();
                        });
    }

    private static void ended(Door door, Lease<ChannelProvider> lease) {
        lease.close();
        door.opening = false;
        Cancellable deadline = door.deadline;
        if (deadline != null) {
            deadline.cancel();
        }
    }

    private void shut(String type, Door door) {
        doors.remove(type);
        Cancellable retry = door.retry;
        if (retry != null) {
            retry.cancel();
        }
        Listening listening = door.listening;
        if (listening != null) {
            try {
                listening.close();
            } catch (RuntimeException e) {
                LOG.debug("closing the door of a removed {} provider failed", type, e);
            }
            moved();
        }
    }

    /**
     * Any thread: a channel threw where it must not; nothing happens when its plugin has left
     * already. Not counted at the lease, since a plugin whose channels open well and then throw
     * would be forgiven each time that one is dialled again.
     */
    void blame(String type, ChannelProvider provider, Throwable thrown) {
        hop.run(() -> threw(type, provider, thrown));
    }

    @SuppressWarnings("ReferenceEquality")
    private void threw(String type, ChannelProvider provider, Throwable thrown) {
        Door door = doors.get(type);
        if (stopped || door == null || door.provider != provider) {
            return;
        }
        long now = clock.nanos();
        if (now - door.lastThrownNanos > THROWN_MEMORY.toNanos()) {
            door.thrown = 0;
        }
        door.lastThrownNanos = now;
        if (++door.thrown < MAX_THROWN) {
            return;
        }
        slots.lease(type)
                .ifPresent(lease -> {
                    if (lease.plugin() == provider) {
                        lease.trip(
                                "its channels threw "
                                        + MAX_THROWN
                                        + " times in a short time, last "
                                        + thrown);
                    }
                    lease.close();
                });
        reconcile(type);
    }

    private void moved() {
        List<PeerAddress> all = new ArrayList<>();
        doors.values().forEach(d -> all.addAll(d.listening == null ? List.of() : d.addresses));
        addresses = List.copyOf(all.subList(0, Math.min(all.size(), Limits.MAX_ADDRESSES)));
        if (!stopped) {
            owner.moved();
        }
    }

    void stop() {
        stopped = true;
        new ArrayList<>(doors.entrySet()).forEach(e -> shut(e.getKey(), e.getValue()));
    }
}
