// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: takes one request at a time, keeps pipelined ones waiting, and reads from the
 * socket only when someone wants bytes. Everything runs on its event loop unless said otherwise.
 */
// A close or write that fails shows as channelInactive; its future says no more.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /**
     * A body that no handler wants is read to its end up to here, so that the client can answer.
     */
    private static final long MAX_DRAIN_BYTES = 64L << 20;

    private enum Phase {
        HEAD,
        HANDLING,
        DRAIN,
        CLOSING
    }

    private final HttpServer server;
    private final ArrayDeque<HttpObject> inbox = new ArrayDeque<>();
    private @Nullable Channel channel;
    private @Nullable Watchdog watchdog;
    private @Nullable Exchange exchange;
    private Phase phase = Phase.HEAD;
    private boolean inputDone;
    private boolean demand;
    private boolean keepAlive;
    private long drainedBytes;
    private volatile boolean expectsContinue;
    private volatile boolean malformed;

    HttpConnection(HttpServer server) {
        this.server = server;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        watchdog = new Watchdog(ctx.channel(), server, this::waiting);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpObject object) || phase == Phase.CLOSING) {
            ReferenceCountUtil.release(message);
            return;
        }
        inbox.add(object);
        pump();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readOn();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended("the client closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {} cut", server.options().bundle(), remote(), cause);
        ctx.close();
    }

    private Channel channel() {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("the connection is not open yet");
        }
        return open;
    }

    private void progress() {
        Watchdog dog = watchdog;
        if (dog != null) {
            dog.progress();
        }
    }

    private boolean waiting() {
        return switch (phase) {
            case HEAD, DRAIN, CLOSING -> true;
            case HANDLING -> demand;
        };
    }

    /** Hands on what the socket brought, as far as it can be handed on now. */
    private void pump() {
        while (!inbox.isEmpty() && phase != Phase.CLOSING) {
            if (phase == Phase.HANDLING && inputDone) {
                return; // pipelined: waits for its turn
            }
            HttpObject next = inbox.remove();
            if (next.decoderResult().isFailure()) {
                ReferenceCountUtil.release(next);
                refuse(next.decoderResult().cause());
            } else if (phase == Phase.HEAD && next instanceof HttpRequest head) {
                begin(head);
            } else if (next instanceof HttpContent content) {
                body(content);
            } else {
                ReferenceCountUtil.release(next);
            }
        }
    }

    private void begin(HttpRequest head) {
        String wrong = Replies.wrong(head);
        Target target;
        try {
            target = Target.parse(head.uri());
        } catch (Target.BadTarget e) {
            wrong = e.getMessage();
            target = new Target("/", Map.of());
        }
        if (wrong != null) {
            refuse(new IllegalArgumentException(wrong));
            return;
        }
        phase = Phase.HANDLING;
        inputDone = false;
        demand = false;
        expectsContinue = HttpUtil.is100ContinueExpected(head);
        Exchange started = new Exchange(head, target, this);
        exchange = started;
        boolean taken;
        try {
            taken = server.start(started);
        } catch (RejectedExecutionException e) {
            taken = false;
        }
        if (!taken) {
            server.counters().busy().increment();
            exchange = null;
            FullHttpResponse busy = Replies.answer(HttpResponseStatus.SERVICE_UNAVAILABLE);
            busy.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
            finish(busy);
        }
    }

    private void body(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        Exchange current = exchange;
        progress();
        if (phase == Phase.HANDLING && current != null) {
            if (content.content().isReadable()) {
                demand = false;
            }
            current.body().add(content.content());
            if (last) {
                inputDone = true;
                demand = false;
                current.body().end();
            }
            return;
        }
        drainedBytes += content.content().readableBytes();
        content.release();
        if (phase == Phase.DRAIN && last && keepAlive) {
            nextRequest();
        } else if (phase == Phase.DRAIN && last) {
            channel().close();
        } else if (drainedBytes > MAX_DRAIN_BYTES) {
            cut("the client goes on sending a body that was refused");
        }
    }

    /** Not HTTP, or too long: says so and closes; a handler that waits for the body is told. */
    private void refuse(Throwable cause) {
        LOG.debug("{}: malformed request from {}", server.options().bundle(), remote(), cause);
        server.counters().malformed().increment();
        malformed = true;
        Exchange current = exchange;
        if (current != null && phase == Phase.HANDLING) {
            inputDone = true;
            demand = false;
            current.body().fail("the request's body is malformed");
            return;
        }
        finish(Replies.answer(Replies.status(cause)));
    }

    private void finish(FullHttpResponse answer) {
        phase = Phase.CLOSING;
        dropInbox();
        channel().writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    }

    private void nextRequest() {
        phase = Phase.HEAD;
        exchange = null;
        drainedBytes = 0;
        progress();
        pump();
        readOn();
    }

    private void readOn() {
        boolean wanted =
                switch (phase) {
                    case HEAD -> inbox.isEmpty();
                    case HANDLING -> demand;
                    case DRAIN -> true;
                    case CLOSING -> false;
                };
        if (wanted) {
            channel().read();
        }
    }

    private void ended(String why) {
        phase = Phase.CLOSING;
        Exchange current = exchange;
        if (current != null) {
            current.body().fail(why);
        }
        Watchdog dog = watchdog;
        if (dog != null) {
            dog.stop();
        }
        dropInbox();
    }

    private void dropInbox() {
        inbox.forEach(ReferenceCountUtil::release);
        inbox.clear();
    }

    // ---- called by the handler's thread ----

    /** The handler waits for more of the body. */
    void demandBody() {
        channel()
                .eventLoop()
                .execute(() -> {
                    if (phase != Phase.HANDLING || inputDone) {
                        return;
                    }
                    if (expectsContinue) {
                        expectsContinue = false;
                        channel()
                                .writeAndFlush(
                                        new DefaultFullHttpResponse(
                                                HttpVersion.HTTP_1_1,
                                                HttpResponseStatus.CONTINUE,
                                                Unpooled.EMPTY_BUFFER));
                    }
                    demand = true;
                    progress();
                    readOn();
                });
    }

    /** Writes and waits until the socket has taken it; what it lent is free afterwards. */
    void write(Object message) throws IOException {
        ChannelFuture done = channel().writeAndFlush(message);
        boolean interrupted = false;
        while (!done.isDone()) {
            try {
                done.await();
            } catch (InterruptedException e) {
                // The memory is lent until the write ends, so end it.
                interrupted = true;
                channel().close();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!done.isSuccess()) {
            throw new IOException("the client is gone: " + done.cause(), done.cause());
        }
    }

    /** The handler returned: goes on with the next request, or ends the connection. */
    void handled(Exchange done) {
        try {
            channel().eventLoop().execute(() -> afterHandling(done));
        } catch (RejectedExecutionException e) {
            LOG.debug("the event loops stopped first", e);
        }
    }

    private void afterHandling(Exchange done) {
        if (phase != Phase.HANDLING) {
            return;
        }
        keepAlive = done.response().keepAlive();
        if (!done.response().complete()) {
            cut("the answer is not complete");
        } else if (malformed) {
            cut("the body was malformed");
        } else if (!inputDone) {
            drain();
        } else if (keepAlive) {
            nextRequest();
        } else {
            channel().close();
        }
    }

    private void drain() {
        if (expectsContinue) {
            cut("the body was not asked for");
            return;
        }
        phase = Phase.DRAIN;
        exchange = null;
        progress();
        readOn();
    }

    /** Whether the connection can be used again after an answer that begins now. */
    boolean mayStayOpen() {
        return !expectsContinue && !malformed;
    }

    void cut(String why) {
        LOG.debug("{}: {} cut: {}", server.options().bundle(), remote(), why);
        channel().close();
    }

    boolean malformed() {
        return malformed;
    }

    Instant now() {
        return server.clock().now();
    }

    SocketAddress remote() {
        return channel().remoteAddress();
    }

    List<X509Certificate> peerCertificates() {
        SslHandler ssl = channel().pipeline().get(SslHandler.class);
        if (ssl == null) {
            return List.of();
        }
        try {
            Certificate[] chain = ssl.engine().getSession().getPeerCertificates();
            return Stream.of(chain).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }
}
