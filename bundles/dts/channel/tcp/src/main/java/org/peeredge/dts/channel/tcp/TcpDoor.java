// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider.Listening;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.RetryLaterException;

/** The listening port, and how many may come in through it. */
// Closing is told through the links; its futures say no more.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpDoor implements Listening {
    private static final int BACKLOG = 512;
    private static final int STOP_SECONDS = 5;

    private final TcpChannelProvider provider;
    private final ChannelAcceptor acceptor;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();
    private volatile @Nullable Channel bound;
    private volatile boolean closed;

    TcpDoor(TcpChannelProvider provider, ChannelAcceptor acceptor) {
        this.provider = provider;
        this.acceptor = acceptor;
    }

    CompletionStage<Listening> open() {
        TcpSettings settings = provider.settings();
        CompletableFuture<Listening> done = new CompletableFuture<>();
        ChannelFuture binding =
                new ServerBootstrap()
                        .group(provider.runtime().eventLoops())
                        .channel(provider.runtime().serverChannelType())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.ALLOCATOR, provider.runtime().allocator())
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childOption(ChannelOption.RECVBUF_ALLOCATOR, TcpChannelProvider.reads())
                        .childHandler(provider.accepting(this))
                        .bind(new InetSocketAddress(settings.host(), settings.port()));
        binding.addListener(_ -> bound(binding, done));
        return done;
    }

    private void bound(ChannelFuture binding, CompletableFuture<Listening> done) {
        TcpSettings settings = provider.settings();
        if (binding.isSuccess()) {
            bound = binding.channel();
            if (closed) {
                binding.channel().close();
            }
            done.complete(this);
            return;
        }
        provider.forget(this);
        done.completeExceptionally(
                new RetryLaterException(
                        "cannot listen on "
                                + settings.host()
                                + ":"
                                + settings.port()
                                + ": set host and port in etc/"
                                + TcpChannelProvider.BUNDLE
                                + ".cfg to a free address",
                        binding.cause()));
    }

    /** Who deals with a new connection; null when there are too many. On its event loop. */
    TcpLink.@Nullable Side admit(Channel socket) {
        if (closed || inside.incrementAndGet() > provider.settings().maxConnections()) {
            inside.decrementAndGet();
            return null;
        }
        if (unknown.incrementAndGet() > provider.settings().maxHandshakes()) {
            unknown.decrementAndGet();
            inside.decrementAndGet();
            return null;
        }
        Visitor visitor = new Visitor();
        socket.closeFuture().addListener(_ -> visitor.left());
        return visitor;
    }

    @Override
    public List<PeerAddress> addresses() {
        Channel channel = bound;
        if (channel != null && channel.localAddress() instanceof InetSocketAddress address) {
            return LocalAddresses.of(address, provider.settings().advertisedHosts());
        }
        return List.of();
    }

    @Override
    public void close() {
        closed = true;
        provider.forget(this);
        Channel channel = bound;
        if (channel == null) {
            return;
        }
        if (channel.eventLoop().inEventLoop()) {
            channel.close();
        } else {
            channel.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** One inbound connection; on its event loop. */
    private final class Visitor implements TcpLink.Side {
        private boolean known;

        @Override
        public @Nullable ChannelListener authenticated(TcpChannel channel) {
            known = true;
            unknown.decrementAndGet();
            return acceptor.accepted(channel);
        }

        @Override
        public boolean accepting() {
            return true;
        }

        @Override
        public void open(TcpChannel channel) {
            // handed out already
        }

        @Override
        public void failed(String why) {
            // counted by the link
        }

        void left() {
            inside.decrementAndGet();
            if (!known) {
                unknown.decrementAndGet();
            }
        }
    }
}
