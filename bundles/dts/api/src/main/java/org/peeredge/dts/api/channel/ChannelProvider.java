// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.channel;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A channel plugin: a service with the property {@code peeredge.type}. It authenticates both ends
 * by their membership certificates and encrypts; a peer of another mesh, without a certificate,
 * with an expired or a revoked one, never becomes a {@link Channel}. Called by the engine, from any
 * thread; nothing here blocks. When its component is deactivated, its listeners and channels close
 * and their threads end.
 */
@ConsumerType
public interface ChannelProvider {
    /** What its channels guarantee. */
    ChannelTraits traits();

    /**
     * Starts to accept. Where it listens is the plugin's own configuration. Fails with {@code
     * RetryLaterException} when the port is taken, with a message that names the configuration key.
     */
    CompletionStage<Listening> listen(ChannelAcceptor acceptor);

    /**
     * Connects. The stage completes when both ends are authenticated; fails with {@code
     * TryOtherPeerException} when that does not happen in time.
     */
    CompletionStage<Channel> connect(
            PeerAddress address, ChannelListener listener, Duration timeout);

    /** An open door. */
    interface Listening extends AutoCloseable {
        /**
         * Where others reach it; wildcard addresses are replaced by those of the machine's
         * interfaces.
         */
        List<PeerAddress> addresses();

        /** Stops accepting; channels accepted before stay open. */
        @Override
        void close();
    }
}
