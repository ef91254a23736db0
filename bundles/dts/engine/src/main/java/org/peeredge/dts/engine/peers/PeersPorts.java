// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.Optional;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Identity;

/**
 * All that the connections use of the world.
 *
 * @param loop the engine's loop; owned by the caller, closed after {@link Peers#stop}
 * @param threads for writing to disk, for reading multicast, and for randomness
 * @param identity this node's
 * @param channels the channel plugins; call {@link Peers#providersChanged} after each change
 * @param records a table of its own for the members last connected; empty: none are remembered
 * @param metrics owned by the caller, closed after {@link Peers#stop}
 * @param networks which addresses are near
 * @param bans a table of its own for the members that lied; empty: a restart forgets them
 */
public record PeersPorts(
        Loop loop,
        Clock clock,
        Threads threads,
        Identity identity,
        PluginSlots<ChannelProvider> channels,
        Optional<Records> records,
        MetricScope metrics,
        LocalNetworks networks,
        Optional<Records> bans) {
    /** The same without bans on disk. */
    public PeersPorts(
            Loop loop,
            Clock clock,
            Threads threads,
            Identity identity,
            PluginSlots<ChannelProvider> channels,
            Optional<Records> records,
            MetricScope metrics,
            LocalNetworks networks) {
        this(
                loop,
                clock,
                threads,
                identity,
                channels,
                records,
                metrics,
                networks,
                Optional.empty());
    }
}
