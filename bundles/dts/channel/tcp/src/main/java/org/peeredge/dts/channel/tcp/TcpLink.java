// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.trust.Membership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection from TLS to its end. After TLS each end sends a greeting: {@code PEC} and the
 * version, which ALPN has settled. The accepting end sends it only once it knows the other as a
 * member, which tells the connecting end that it was let in (in TLS 1.3 its own handshake is over
 * before that). On the event loop.
 */
// A close that fails cannot be mended; closing shows as channelInactive.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpLink extends ChannelInboundHandlerAdapter {
    /** Without its last byte, the version. */
    private static final byte[] GREETING = {'P', 'E', 'C'};

    private static final int GREETING_BYTES = GREETING.length + 1;

    private static final Logger LOG = LoggerFactory.getLogger(TcpLink.class);

    /** What differs between the accepting and the connecting end. */
    interface Side {
        /** The peer is authenticated; null when the channel is not wanted. */
        @Nullable ChannelListener authenticated(TcpChannel channel);

        /** Whether {@link #authenticated} handed the channel out, rather than {@link #open}. */
        boolean accepting();

        /** The peer's greeting has come. */
        void open(TcpChannel channel);

        /** It ended before it was open. */
        void failed(String why);
    }

    private final TcpChannelProvider provider;
    private final Side side;
    private final FrameReader reader;
    private @Nullable TcpChannel channel;
    private @Nullable ChannelListener listener;
    private @Nullable OutQueue out;
    private byte version = 1;
    private int greeted;
    private Runnable onOpen = () -> {};
    private String failure = "the other end closed the connection";

    TcpLink(TcpChannelProvider provider, Side side) {
        this.provider = provider;
        this.side = side;
        this.reader = new FrameReader(provider.settings().maxFrameBytes(), this::frame);
    }

    /** {@code task} runs once, when both ends have greeted. */
    void onOpen(Runnable task) {
        onOpen = task;
    }

    /** The time to get open is over. */
    void overdue(io.netty.channel.Channel socket) {
        if (greeted < GREETING_BYTES) {
            failure = "it took too long to authenticate";
            socket.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                authenticated(ctx);
            } else {
                failure = "TLS handshake failed: " + handshake.cause();
                ctx.close();
            }
        }
        super.userEventTriggered(ctx, event);
    }

    private void authenticated(ChannelHandlerContext ctx) {
        List<X509Certificate> chain;
        Membership peer;
        long listSeen = provider.identity().revocationNumber();
        try {
            chain = chain(ctx);
            peer = provider.identity().check(chain);
        } catch (NeverException | SSLPeerUnverifiedException e) {
            failure = "not a member: " + e.getMessage();
            ctx.close();
            return;
        }
        boolean parts =
                Framing.PROTOCOL_2.equals(
                        ctx.pipeline().get(SslHandler.class).applicationProtocol());
        if (parts) {
            version = 2;
            reader.allowParts();
        }
        OutQueue queue =
                new OutQueue(
                        ctx.channel(),
                        provider.settings(),
                        provider.counters(),
                        provider.pace(ctx.channel()),
                        parts,
                        this::writable);
        TcpChannel made = new TcpChannel(ctx.channel(), peer, chain, provider.traits(), queue);
        ctx.writeAndFlush(greeting(version));
        try {
            listener = side.authenticated(made);
        } catch (RuntimeException e) {
            LOG.warn("the acceptor of channels failed, {} is cut", made, e);
        }
        if (listener == null) {
            failure = "not wanted now";
            ctx.close();
            return;
        }
        out = queue;
        channel = made;
        provider.opened(made);
        if (provider.identity().revocationNumber() != listSeen) {
            provider.checkMember(made); // a newer list came before this channel was in the set
        }
    }

    private static ByteBuf greeting(int version) {
        return Unpooled.buffer(GREETING_BYTES).writeBytes(GREETING).writeByte(version);
    }

    private static List<X509Certificate> chain(ChannelHandlerContext ctx)
            throws SSLPeerUnverifiedException {
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        return Stream.of(ssl.engine().getSession().getPeerCertificates())
                .map(X509Certificate.class::cast)
                .toList();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            TcpChannel open = channel;
            if (message instanceof ByteBuf bytes && open != null && open.closeReason().isEmpty()) {
                read(ctx, open, bytes);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(ChannelHandlerContext ctx, TcpChannel open, ByteBuf bytes) {
        while (greeted < GREETING_BYTES && bytes.isReadable()) {
            byte expected = greeted < GREETING.length ? GREETING[greeted] : version;
            if (bytes.readByte() != expected) {
                malformed(open, "another protocol or version: update the older node");
                return;
            }
            if (++greeted == GREETING_BYTES) {
                onOpen.run();
                side.open(open);
            }
        }
        String wrong = reader.read(ctx.alloc(), bytes);
        if (wrong != null) {
            malformed(open, wrong);
        }
    }

    private void malformed(TcpChannel open, String what) {
        provider.counters().malformed().increment();
        LOG.debug("{} sent {}", open, what);
        failure = what;
        open.close(what);
    }

    private void frame(PooledFrame frame) {
        TcpChannel open = channel;
        ChannelListener told = listener;
        if (open == null || told == null || !open.closeReason().isEmpty()) {
            frame.release();
            return;
        }
        TcpCounters counters = provider.counters();
        counters.receivedFrames().increment();
        counters.receivedBytes().add(frame.bytes().remaining());
        try {
            told.onFrame(open, frame);
        } catch (RuntimeException e) {
            LOG.warn("the listener of {} failed, the channel is cut", open, e);
            open.close("the listener failed");
        }
    }

    private void writable() {
        TcpChannel open = channel;
        ChannelListener told = listener;
        if (open != null && told != null) {
            told.onWritable(open);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        reader.close();
        TcpChannel ended = channel;
        ChannelListener told = listener;
        channel = null;
        if (ended == null || told == null) {
            provider.counters().handshakesFailed().increment();
            side.failed(failure);
            return;
        }
        String why = ended.closeReason().isEmpty() ? failure : ended.closeReason();
        OutQueue queue = out;
        if (queue != null) {
            queue.end("the channel to " + ended + " ended: " + why);
        }
        if (greeted < GREETING_BYTES) {
            side.failed(why);
        }
        try {
            if (side.accepting() || greeted == GREETING_BYTES) {
                told.onClosed(ended, why);
            }
        } finally {
            provider.closed(ended);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = String.valueOf(cause);
        LOG.debug("{} cut", ctx.channel().remoteAddress(), cause);
        ctx.close();
    }
}
