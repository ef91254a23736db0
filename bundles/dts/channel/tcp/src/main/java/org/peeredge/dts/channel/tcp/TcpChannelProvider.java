// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.netty.MeshTls;
import org.peeredge.kernel.netty.NettyRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All TCP channels of a node; plain Java, also for tests. */
// Closing is told through the links; its futures say no more.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpChannelProvider implements ChannelProvider, AutoCloseable {
    static final String TYPE = "tcp";
    static final String BUNDLE = "org.peeredge.dts.channel.tcp";

    private static final Logger LOG = LoggerFactory.getLogger(TcpChannelProvider.class);

    private static final int MAX_READ_BYTES = 256 << 10;
    private static final int FIRST_READ_BYTES = 32 << 10;
    private static final int CLOSE_NOTIFY_MILLIS = 500;
    private static final int STOP_SECONDS = 5;
    private static final Duration EXPIRY_CHECK = Duration.ofMinutes(1);

    private final NettyRuntime runtime;
    private final MeshTls tls;
    private final Identity identity;
    private final Clock clock;
    private final TcpSettings settings;
    private final TcpCounters counters;
    private final ChannelTraits traits;
    private final ExecutorService resolver;
    private final Set<TcpChannel> channels = ConcurrentHashMap.newKeySet();
    private final Set<Channel> sockets = ConcurrentHashMap.newKeySet();
    private final Set<TcpDoor> doors = ConcurrentHashMap.newKeySet();
    private final Cancellable membershipWatch;
    private final Future<?> expiryWatch;
    private volatile boolean closing;

    TcpChannelProvider(
            NettyRuntime runtime,
            MeshTls tls,
            Identity identity,
            Threads threads,
            Clock clock,
            MetricScope metrics,
            TcpSettings settings) {
        this.runtime = runtime;
        this.tls = tls;
        this.identity = identity;
        this.clock = clock;
        this.settings = settings;
        this.counters = TcpCounters.in(metrics);
        this.traits = new ChannelTraits(TYPE, true, true, settings.maxFrameBytes());
        this.resolver = threads.newVirtualPool(BUNDLE, "resolve");
        metrics.gauge(
                "peeredge_dts_channel_tcp_open_channels", "Open TCP channels.", channels::size);
        this.membershipWatch = tls.onChange(this::checkMembers);
        this.expiryWatch =
                runtime.eventLoops()
                        .scheduleAtFixedRate(
                                this::checkTimes,
                                EXPIRY_CHECK.toMillis(),
                                EXPIRY_CHECK.toMillis(),
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public ChannelTraits traits() {
        return traits;
    }

    @Override
    public CompletionStage<Listening> listen(ChannelAcceptor acceptor) {
        TcpDoor door = new TcpDoor(this, acceptor);
        doors.add(door);
        return door.open();
    }

    @Override
    public CompletionStage<org.peeredge.dts.api.channel.Channel> connect(
            PeerAddress address, ChannelListener listener, Duration timeout) {
        TcpDial dial = new TcpDial(this, address, listener, timeout);
        if (closing) {
            dial.failed("this channel is closing");
            return dial.done();
        }
        try {
            resolver.execute(dial::resolve);
        } catch (RejectedExecutionException e) {
            dial.failed("this channel is closing");
        }
        return dial.done();
    }

    Bootstrap dialer(Duration timeout) {
        return new Bootstrap()
                .group(runtime.eventLoops())
                .channel(runtime.channelType())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis(timeout))
                .option(ChannelOption.ALLOCATOR, runtime.allocator())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, reads());
    }

    static AdaptiveRecvByteBufAllocator reads() {
        return new AdaptiveRecvByteBufAllocator(1024, FIRST_READ_BYTES, MAX_READ_BYTES);
    }

    Pace pace(Channel socket) {
        return new Pace(runtime, socket, clock);
    }

    ChannelInitializer<Channel> accepting(TcpDoor door) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel socket) {
                TcpLink.Side side = door.admit(socket);
                if (side == null) {
                    counters.refused().increment();
                    socket.close();
                    return;
                }
                prepare(socket, tls.server(Framing.PROTOCOL_2), side, settings.handshakeTimeout());
            }
        };
    }

    ChannelInitializer<Channel> dialing(TcpDial dial, Duration timeout) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel socket) {
                prepare(socket, tls.client(Framing.PROTOCOL_2), dial, timeout);
            }
        };
    }

    private void prepare(Channel socket, SslContext context, TcpLink.Side side, Duration timeout) {
        sockets.add(socket);
        socket.closeFuture().addListener(_ -> sockets.remove(socket));
        if (closing) {
            socket.close();
            return;
        }
        SslHandler ssl = context.newHandler(socket.alloc());
        ssl.setHandshakeTimeoutMillis(millis(timeout));
        ssl.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
        // Each buffer as it is, in as many records as it takes: joining small and large ones
        // copies.
        ssl.setWrapDataSize(0);
        TcpLink link = new TcpLink(this, side);
        socket.pipeline().addLast(new WholeRecords(runtime::wakeAfter), ssl, link);
        Future<?> deadline =
                socket.eventLoop()
                        .schedule(
                                () -> link.overdue(socket), millis(timeout), TimeUnit.MILLISECONDS);
        link.onOpen(() -> deadline.cancel(false));
        socket.closeFuture().addListener(_ -> deadline.cancel(false));
    }

    private static int millis(Duration timeout) {
        return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
    }

    void opened(TcpChannel channel) {
        channels.add(channel);
        LOG.debug("channel to {} open", channel);
        if (closing) {
            channel.close("this channel type is going away");
        }
    }

    void closed(TcpChannel channel) {
        channels.remove(channel);
        channel.gone().complete(null);
        LOG.debug("channel to {} closed", channel);
    }

    void forget(TcpDoor door) {
        doors.remove(door);
    }

    /** After a renewal or revocation: whoever is no member any more goes. */
    private void checkMembers() {
        for (TcpChannel channel : channels) {
            onLoop(channel, () -> checkMember(channel));
        }
    }

    void checkMember(TcpChannel channel) {
        try {
            identity.check(channel.chain());
        } catch (NeverException e) {
            expel(channel, String.valueOf(e.getMessage()));
        }
    }

    private void checkTimes() {
        for (TcpChannel channel : channels) {
            if (channel.peer().notAfter().isBefore(clock.now())) {
                expel(channel, "its certificate ended; it is let in again with a new one");
            }
        }
    }

    private void expel(TcpChannel channel, String why) {
        counters.expelled().increment();
        LOG.info("channel to {} closed: {}", channel, why);
        channel.close(why);
    }

    private static void onLoop(TcpChannel channel, Runnable task) {
        try {
            channel.socket().eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the event loops stopped first", e);
        }
    }

    NettyRuntime runtime() {
        return runtime;
    }

    Identity identity() {
        return identity;
    }

    TcpSettings settings() {
        return settings;
    }

    TcpCounters counters() {
        return counters;
    }

    /** Closes doors and channels and waits until their listeners know, at most some seconds. */
    @Override
    public void close() {
        closing = true;
        membershipWatch.cancel();
        expiryWatch.cancel(false);
        doors.forEach(TcpDoor::close);
        List<TcpChannel> open = List.copyOf(channels);
        open.forEach(channel -> channel.close("this channel type is going away"));
        resolver.shutdownNow();
        boolean quiet = true;
        for (Channel socket : Set.copyOf(sockets)) {
            quiet &= socket.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        }
        try {
            CompletableFuture.allOf(
                            open.stream()
                                    .map(TcpChannel::gone)
                                    .toArray(CompletableFuture<?>[]::new))
                    .get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("a listener is stuck", e);
            quiet = false;
        }
        if (!quiet) {
            LOG.warn("TCP channels did not close within {} s: restart this node", STOP_SECONDS);
        }
    }
}
