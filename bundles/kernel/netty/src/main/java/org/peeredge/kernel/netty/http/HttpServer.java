// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpOptions;
import org.peeredge.kernel.netty.NettyRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener: its port, its connections, its handlers' threads. */
// A close or write that fails shows as channelInactive; its future says no more.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpServer implements HttpListener {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final int STOP_SECONDS = 5;
    private static final int CONNECTIONS_PER_REQUEST = 4;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int BACKLOG = 1024;

    private final HttpOptions options;
    private final HttpHandler handler;
    private final NettyRuntime runtime;
    private final Clock clock;
    private final HttpCounters counters;
    private final Consumer<HttpServer> closed;
    private final ExecutorService pool;
    private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean closing;
    private volatile @Nullable Channel bound;

    HttpServer(
            HttpOptions options,
            HttpHandler handler,
            NettyRuntime runtime,
            Threads threads,
            Clock clock,
            HttpCounters counters,
            Consumer<HttpServer> closed) {
        this.options = options;
        this.handler = handler;
        this.runtime = runtime;
        this.clock = clock;
        this.counters = counters;
        this.closed = closed;
        this.pool = threads.newVirtualPool(options.bundle(), "http");
    }

    void bind() throws IOException {
        ChannelFuture done =
                new ServerBootstrap()
                        .group(runtime.eventLoops())
                        .channel(runtime.serverChannelType())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.ALLOCATOR, runtime.allocator())
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.AUTO_READ, false)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        opened(channel);
                                    }
                                })
                        .bind(new InetSocketAddress(options.host(), options.port()))
                        .awaitUninterruptibly();
        if (!done.isSuccess()) {
            throw new IOException(
                    options.bundle()
                            + " cannot listen on "
                            + options.host()
                            + ":"
                            + options.port()
                            + ": "
                            + done.cause(),
                    done.cause());
        }
        bound = done.channel();
        LOG.info("{} listens on {}:{}", options.bundle(), host(), port());
    }

    private void opened(Channel channel) {
        int limit = options.maxRequests() * CONNECTIONS_PER_REQUEST;
        connections.add(channel);
        channel.closeFuture().addListener(_ -> connections.remove(channel));
        if (closing || connections.size() > limit) {
            counters.cut().increment();
            channel.close();
            return;
        }
        options.tls()
                .ifPresent(tls -> {
                    SslHandler ssl = tls.newHandler(channel.alloc());
                    ssl.setHandshakeTimeoutMillis(options.idle().toMillis());
                    channel.pipeline().addLast(ssl);
                });
        HttpDecoderConfig limits =
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(options.maxHeaderBytes())
                        .setMaxHeaderSize(options.maxHeaderBytes())
                        .setMaxChunkSize(CHUNK_BYTES);
        channel.pipeline()
                .addLast(
                        new HttpRequestDecoder(limits),
                        new HttpResponseEncoder(),
                        new HttpConnection(this));
    }

    /** Runs {@code exchange} on a thread of its own; false when too many run. */
    boolean start(Exchange exchange) {
        if (closing) {
            return false;
        }
        if (running.incrementAndGet() > options.maxRequests()) {
            running.decrementAndGet();
            return false;
        }
        counters.requests().increment();
        pool.execute(() -> {
            try {
                exchange.run(handler, options.bundle());
            } finally {
                running.decrementAndGet();
            }
        });
        return true;
    }

    HttpCounters counters() {
        return counters;
    }

    Clock clock() {
        return clock;
    }

    HttpOptions options() {
        return options;
    }

    int connections() {
        return connections.size();
    }

    @Override
    public String host() {
        return address().getAddress().getHostAddress();
    }

    @Override
    public int port() {
        return address().getPort();
    }

    private InetSocketAddress address() {
        Channel channel = bound;
        if (channel != null && channel.localAddress() instanceof InetSocketAddress address) {
            return address;
        }
        throw new IllegalStateException("the listener of " + options.bundle() + " is closed");
    }

    @Override
    public void close() {
        closing = true;
        Channel channel = bound;
        if (channel != null) {
            channel.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        }
        pool.shutdownNow();
        for (Channel connection : Set.copyOf(connections)) {
            connection.close().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        }
        try {
            if (!pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn(
                        "{}: handlers of HTTP requests ignore that they are to end; they hold"
                                + " memory until they do",
                        options.bundle());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closed.accept(this);
    }
}
