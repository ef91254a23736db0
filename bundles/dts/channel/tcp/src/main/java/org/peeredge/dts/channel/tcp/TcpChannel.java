// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.trust.Membership;

/** One authenticated connection, as the engine sees it. */
// Closing is told through the listener; its future says no more.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpChannel implements Channel {
    private final io.netty.channel.Channel socket;
    private final Membership peer;
    private final List<X509Certificate> chain;
    private final PeerAddress remote;
    private final ChannelTraits traits;
    private final OutQueue out;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private volatile String closeReason = "";

    TcpChannel(
            io.netty.channel.Channel socket,
            Membership peer,
            List<X509Certificate> chain,
            ChannelTraits traits,
            OutQueue out) {
        this.socket = socket;
        this.peer = peer;
        this.chain = List.copyOf(chain);
        this.traits = traits;
        this.out = out;
        this.remote =
                socket.remoteAddress() instanceof InetSocketAddress address
                        ? new PeerAddress(
                                traits.type(),
                                address.getAddress().getHostAddress(),
                                address.getPort())
                        : new PeerAddress(traits.type(), "unknown", 1);
    }

    @Override
    public Membership peer() {
        return peer;
    }

    @Override
    public PeerAddress remote() {
        return remote;
    }

    @Override
    public ChannelTraits traits() {
        return traits;
    }

    @Override
    public CompletionStage<Void> send(ByteBuffer... parts) {
        return out.send(false, parts);
    }

    @Override
    public CompletionStage<Void> sendUrgent(ByteBuffer... parts) {
        return out.send(true, parts);
    }

    @Override
    public boolean writable() {
        return out.writable();
    }

    @Override
    public void reading(boolean on) {
        socket.config().setAutoRead(on);
    }

    @Override
    public void close() {
        close("closed at this end");
    }

    void close(String why) {
        if (closeReason.isEmpty()) {
            closeReason = why;
        }
        out.end("the channel to " + peer.node().shortName() + " is closed: " + closeReason);
        socket.close();
    }

    /** Why it was closed at this end; empty when the other end did it. */
    String closeReason() {
        return closeReason;
    }

    /** Completes when its listener knows that it ended. */
    CompletableFuture<Void> gone() {
        return gone;
    }

    List<X509Certificate> chain() {
        return chain;
    }

    io.netty.channel.Channel socket() {
        return socket;
    }

    @Override
    public String toString() {
        return peer.node().shortName() + " at " + remote;
    }
}
