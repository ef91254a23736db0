// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.channel;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelProvider.Listening;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.PeerAddress;

/** Stands in until a test has started. */
final class Unset implements ChannelProvider, Listening {
    @Override
    public ChannelTraits traits() {
        throw new IllegalStateException("not started");
    }

    @Override
    public CompletionStage<Listening> listen(ChannelAcceptor acceptor) {
        throw new IllegalStateException("not started");
    }

    @Override
    public CompletionStage<Channel> connect(
            PeerAddress address, ChannelListener listener, Duration timeout) {
        throw new IllegalStateException("not started");
    }

    @Override
    public List<PeerAddress> addresses() {
        throw new IllegalStateException("not started");
    }

    @Override
    public void close() {
        // never opened
    }
}
