// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.channel.ChannelFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.TryOtherPeerException;

/** One outbound connection on its way. */
final class TcpDial implements TcpLink.Side {
    private final TcpChannelProvider provider;
    private final PeerAddress address;
    private final ChannelListener listener;
    private final Duration timeout;
    private final CompletableFuture<Channel> done = new CompletableFuture<>();

    TcpDial(
            TcpChannelProvider provider,
            PeerAddress address,
            ChannelListener listener,
            Duration timeout) {
        this.provider = provider;
        this.address = address;
        this.listener = listener;
        this.timeout = timeout;
    }

    CompletionStage<Channel> done() {
        return done;
    }

    /** Looks the name up, which may block: on a virtual thread. */
    void resolve() {
        try {
            InetSocketAddress target =
                    new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
            ChannelFuture connecting =
                    provider.dialer(timeout)
                            .handler(provider.dialing(this, timeout))
                            .connect(target);
            connecting.addListener(_ -> {
                if (!connecting.isSuccess()) {
                    failed(String.valueOf(connecting.cause()));
                }
            });
        } catch (UnknownHostException e) {
            failed("the name is not known: " + e.getMessage());
        } catch (RuntimeException e) {
            failed("cannot connect: " + e);
        }
    }

    @Override
    public ChannelListener authenticated(TcpChannel channel) {
        return listener;
    }

    @Override
    public boolean accepting() {
        return false;
    }

    @Override
    public void open(TcpChannel channel) {
        done.complete(channel);
    }

    @Override
    public void failed(String why) {
        done.completeExceptionally(new TryOtherPeerException(address + " was not reached: " + why));
    }
}
