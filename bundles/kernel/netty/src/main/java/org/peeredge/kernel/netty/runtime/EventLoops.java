// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.runtime;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.NettyRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops and their memory; plain Java, also for tests. */
// A close or write that fails shows as channelInactive; its future says no more.
@SuppressWarnings("FutureReturnValueIgnored")
public final class EventLoops implements NettyRuntime, AutoCloseable {
    /** The bundle's name: PID and prefix of thread names. */
    public static final String BUNDLE = "org.peeredge.kernel.netty";

    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

    /** SOL_SOCKET and SO_RCVLOWAT of Linux on x86 and ARM: socket(7). */
    private static final IntegerUnixChannelOption WAKE_AFTER =
            new IntegerUnixChannelOption("SO_RCVLOWAT", 1, 18);

    private static final int STOP_SECONDS = 5;
    private static final int PAGE_BYTES = 8 * 1024;

    /** Chunks of 4 MiB: a frame of 1 MiB and a little still comes from the pool. */
    private static final int MAX_ORDER = 9;

    private final ExecutorService pool;
    private final EventLoopGroup group;
    private final PooledByteBufAllocator allocator;
    private final boolean epoll = Epoll.isAvailable();
    private final SslProvider sslProvider =
            OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;

    /**
     * Starts {@code loops} event loops.
     *
     * @param metrics where the memory and the kind of TLS show; the caller closes it
     */
    public EventLoops(int loops, Threads threads, MetricScope metrics) {
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        // An event loop is one endless task on the pool, so the pool never queues.
        pool = threads.newPool(BUNDLE, "loop", loops, 0);
        group = new MultiThreadIoEventLoopGroup(loops, pool, factory);
        // An arena per loop: loops never wait for each other; small nodes keep few chunks.
        allocator =
                new PooledByteBufAllocator(true, 1, loops, PAGE_BYTES, MAX_ORDER, 256, 64, false);
        metrics.gauge(
                "peeredge_kernel_netty_pool_chunks_bytes",
                "Direct memory that the shared pool holds.",
                () -> allocator.metric().usedDirectMemory());
        metrics.gauge(
                "peeredge_kernel_netty_pool_used_bytes",
                "Direct memory of the shared pool that is in use.",
                allocator::pinnedDirectMemory);
        metrics.gauge(
                "peeredge_kernel_netty_boringssl_enabled",
                "1 while TLS runs on BoringSSL, 0 while on the slower TLS of the JDK.",
                () -> sslProvider == SslProvider.OPENSSL ? 1 : 0);
        metrics.gauge(
                "peeredge_kernel_netty_epoll_enabled",
                "1 while sockets run on epoll, 0 while on NIO.",
                () -> epoll ? 1 : 0);
        report();
    }

    private void report() {
        if (sslProvider == SslProvider.JDK) {
            LOG.warn(
                    "BoringSSL did not load, TLS runs on the JDK at about twice the CPU cost: install"
                            + " netty-tcnative-boringssl-static for this CPU and system ({})",
                    String.valueOf(OpenSsl.unavailabilityCause()));
        }
        LOG.info("event loops started: {}, TLS by {}", epoll ? "epoll" : "NIO", sslProvider);
    }

    @Override
    public EventLoopGroup eventLoops() {
        return group;
    }

    @Override
    public Class<? extends ServerChannel> serverChannelType() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    @Override
    public Class<? extends Channel> channelType() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    @Override
    public PooledByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public long pathBytesPerSecond(Channel socket) {
        if (!(socket instanceof EpollSocketChannel tcp) || !tcp.isOpen()) {
            return 0;
        }
        EpollTcpInfo info;
        try {
            info = tcp.tcpInfo();
        } catch (ChannelException e) {
            LOG.trace("{} ended", socket, e);
            return 0;
        }
        return info.sndCwnd() * info.sndMss() * 1_000_000 / Math.max(1, info.rtt());
    }

    @Override
    public void limitUnsent(Channel socket, int bytes) {
        if (socket instanceof EpollSocketChannel tcp && tcp.isOpen()) {
            try {
                tcp.config().setTcpNotSentLowAt(bytes);
            } catch (ChannelException e) {
                LOG.trace("{} ended", socket, e);
            }
        }
    }

    @Override
    public void wakeAfter(Channel socket, int bytes) {
        if (socket instanceof EpollSocketChannel tcp && tcp.isOpen()) {
            try {
                tcp.config().setOption(WAKE_AFTER, bytes);
            } catch (ChannelException e) {
                LOG.trace("{} ended", socket, e);
            }
        }
    }

    @Override
    public SslProvider sslProvider() {
        return sslProvider;
    }

    /** Stops the loops and waits for their threads, at most some seconds. */
    @Override
    public void close() {
        if (!group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS + 1, TimeUnit.SECONDS)) {
            LOG.warn("event loops did not stop within {} s: restart this node", STOP_SECONDS + 1);
        }
        pool.shutdown();
        try {
            pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
            // Netty tells of the end on a thread of its own, which ends a second later.
            GlobalEventExecutor.INSTANCE.awaitInactivity(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.trace("that thread was never started", e);
        }
    }
}
