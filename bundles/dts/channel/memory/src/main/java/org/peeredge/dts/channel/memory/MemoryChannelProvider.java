// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's end of the {@link MemoryNetwork}. Both ends check the other's certificates as a TLS
 * channel would; there is no cipher, since the bytes never leave the process. All listeners run on
 * one loop per node.
 */
public final class MemoryChannelProvider implements ChannelProvider, AutoCloseable {
    /** The type, as in the service property and in addresses. */
    public static final String TYPE = "memory";

    static final String BUNDLE = "org.peeredge.dts.channel.memory";
    private static final Logger LOG = LoggerFactory.getLogger(MemoryChannelProvider.class);

    private final MemoryNetwork network;
    private final Identity identity;
    private final MemorySettings settings;
    private final ChannelTraits traits;
    private final Loop loop;
    private final Counter sentBytes;
    private final Counter sentFrames;
    private final Counter refused;
    private final Cancellable membershipWatch;
    private final Set<MemoryChannel> channels = ConcurrentHashMap.newKeySet();
    private final Set<Door> doors = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** A node of {@code network}; closes neither {@code metrics} nor the network. */
    public MemoryChannelProvider(
            MemoryNetwork network,
            Identity identity,
            Threads threads,
            MetricScope metrics,
            MemorySettings settings) {
        this.network = network;
        this.identity = identity;
        this.settings = settings;
        this.traits = new ChannelTraits(TYPE, true, true, settings.maxFrameBytes());
        this.sentBytes =
                metrics.counter(
                        "peeredge_dts_channel_memory_sent_bytes_total",
                        "Bytes in frames given to memory channels.");
        this.sentFrames =
                metrics.counter(
                        "peeredge_dts_channel_memory_sent_frames_total",
                        "Frames given to memory channels.");
        this.refused =
                metrics.counter(
                        "peeredge_dts_channel_memory_refused_peers_total",
                        "Peers refused by this node because of their certificates.");
        metrics.gauge(
                "peeredge_dts_channel_memory_open_channels",
                "Memory channels that are open.",
                channels::size);
        this.loop = threads.newLoop(BUNDLE, "channel");
        this.membershipWatch = identity.onChange(() -> onLoop(this::checkAgain));
    }

    @Override
    public ChannelTraits traits() {
        return traits;
    }

    @Override
    public CompletionStage<Listening> listen(ChannelAcceptor acceptor) {
        MemoryDoor door = new MemoryDoor(this, acceptor);
        return network.open(settings.port(), door)
                .<CompletionStage<Listening>>map(address -> {
                    Door open = new Door(door, address);
                    doors.add(open);
                    if (closed) {
                        open.close();
                    }
                    return CompletableFuture.completedFuture(open);
                })
                .orElseGet(() ->
                        CompletableFuture.failedFuture(
                                new RetryLaterException(
                                        "memory port "
                                                + settings.port()
                                                + " is taken: set port in "
                                                + BUNDLE
                                                + " to another one, or to 0 for the next"
                                                + " free one")));
    }

    @Override
    public CompletionStage<Channel> connect(
            PeerAddress address, ChannelListener listener, Duration timeout) {
        CompletableFuture<Channel> done = new CompletableFuture<>();
        MemoryDial dial = new MemoryDial(this, listener, done);
        onLoopOrElse(
                () -> {
                    Cancellable timer =
                            loop.schedule(
                                    timeout,
                                    () -> fail(done, address + " did not answer in " + timeout));
                    var _ = done.whenComplete((channel, failure) -> timer.cancel());
                    network.find(address)
                            .ifPresentOrElse(
                                    door -> door.knock(dial, address),
                                    () -> fail(done, "nobody listens at " + address));
                },
                () -> fail(done, "this node's memory channels are closed"));
        return done;
    }

    /** The acceptor's half of a handshake: each side checks the other, then both ends exist. */
    void admit(MemoryDial dial, ChannelAcceptor acceptor, PeerAddress at) {
        onLoopOrElse(
                () -> {
                    try {
                        open(dial, acceptor, at);
                    } catch (NeverException e) {
                        fail(dial.done(), at + ": " + e.getMessage());
                    } catch (RuntimeException e) {
                        // A plugin of ours must never leave a caller waiting, whatever broke.
                        LOG.debug("memory: handshake at {} failed", at, e);
                        fail(dial.done(), at + " failed: " + e);
                    }
                },
                () -> fail(dial.done(), at + " is closing"));
    }

    private void open(MemoryDial dial, ChannelAcceptor acceptor, PeerAddress at) {
        MemoryChannelProvider dialling = dial.from();
        Membership dialler = check(dialling);
        Membership here = dialling.check(this);
        if (channels.size() >= settings.maxChannels()
                || dialling.channels.size() >= dialling.settings.maxChannels()) {
            fail(dial.done(), at + " has no room for another channel (max.channels)");
            return;
        }
        List<MemoryChannel> ends = MemoryChannel.pair(dialling, dialler, this, here, at);
        MemoryChannel near = ends.getFirst();
        MemoryChannel far = ends.getLast();
        near.listener(dial.listener());
        channels.add(far);
        dialling.channels.add(near);
        try {
            far.listener(acceptor.accepted(far));
        } catch (RuntimeException e) {
            near.close("the acceptor failed");
            throw e;
        }
        if (closed || dialling.closed || !dial.done().complete(near)) {
            fail(dial.done(), at + " closed");
            near.close("the caller gave up");
        }
    }

    private Membership check(MemoryChannelProvider peer) {
        try {
            return identity.check(peer.chain());
        } catch (NeverException e) {
            refused.increment();
            LOG.debug("memory: peer refused: {}", e.getMessage());
            throw e;
        }
    }

    private void checkAgain() {
        for (MemoryChannel channel : channels) {
            try {
                Membership now = identity.check(channel.peerChain());
                LOG.trace("memory: {} is still a member", now.node());
            } catch (NeverException e) {
                refused.increment();
                channel.close(e.getMessage() == null ? "no longer a member" : e.getMessage());
            }
        }
    }

    /** Closes doors, then channels, whose listeners are told, then the thread. */
    @Override
    public void close() {
        closed = true;
        membershipWatch.cancel();
        doors.forEach(Door::close);
        channels.forEach(channel -> channel.close("the memory channel was stopped"));
        loop.close();
    }

    Loop loop() {
        return loop;
    }

    MemorySettings settings() {
        return settings;
    }

    NodeId self() {
        return identity.self().node();
    }

    List<X509Certificate> chain() {
        return identity.chain();
    }

    void sent(long bytes) {
        sentFrames.increment();
        sentBytes.add(bytes);
    }

    void ended(MemoryChannel channel) {
        channels.remove(channel);
    }

    /** Runs on this node's loop; dropped when that has ended, since nobody is left to be told. */
    void onLoop(Runnable task) {
        onLoopOrElse(task, () -> LOG.trace("memory: loop has ended"));
    }

    private void onLoopOrElse(Runnable task, Runnable ended) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            ended.run();
        }
    }

    private static void fail(CompletableFuture<Channel> done, String why) {
        done.completeExceptionally(new TryOtherPeerException(why));
    }

    private final class Door implements Listening {
        private final MemoryDoor door;
        private final PeerAddress address;

        Door(MemoryDoor door, PeerAddress address) {
            this.door = door;
            this.address = address;
        }

        @Override
        public List<PeerAddress> addresses() {
            return List.of(address);
        }

        @Override
        public void close() {
            network.close(address, door);
            doors.remove(this);
        }
    }
}
