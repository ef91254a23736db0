// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelAcceptor;
import org.peeredge.dts.api.channel.ChannelListener;
import org.peeredge.dts.api.channel.ChannelProvider;
import org.peeredge.dts.api.channel.ChannelTraits;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.trust.Identity;

/** The memory channel as a service. A changed configuration restarts it. */
@Component(
        service = ChannelProvider.class,
        immediate = true,
        configurationPid = MemoryChannelProvider.BUNDLE,
        property = "peeredge.type=" + MemoryChannelProvider.TYPE)
@Designate(ocd = MemoryChannelComponent.Config.class)
public final class MemoryChannelComponent implements ChannelProvider {
    /** What an operator can set. */
    @ObjectClassDefinition(name = "PeerEdge memory channel")
    public @interface Config {
        /** Key {@code port}. */
        @AttributeDefinition(
                description = "Port in the process's memory network; 0 for the next free one",
                min = "0",
                max = "65535")
        int port() default 0;

        /** Key {@code max.frame.bytes}. */
        @AttributeDefinition(description = "Largest frame", min = "1024", max = "16777216")
        int max_frame_bytes() default MemorySettings.DEFAULT_FRAME_BYTES;

        /** Key {@code high.water.bytes}. */
        @AttributeDefinition(
                description = "Queued bytes from which on a channel is not writable",
                min = "65536",
                max = "268435456")
        int high_water_bytes() default 4 << 20;

        /** Key {@code max.queued.bytes}. */
        @AttributeDefinition(
                description = "Queued bytes from which on frames are refused",
                min = "1048576",
                max = "1073741824")
        int max_queued_bytes() default 256 << 20;

        /** Key {@code max.channels}. */
        @AttributeDefinition(description = "Most open channels", min = "1", max = "65536")
        int max_channels() default 1024;
    }

    private final MetricScope scope;
    private final MemoryChannelProvider provider;

    /** Starts the node's end; opens nothing yet. */
    @Activate
    public MemoryChannelComponent(
            @Reference MemoryNetwork network,
            @Reference Identity identity,
            @Reference Threads threads,
            @Reference Metrics metrics,
            Config config) {
        MemorySettings settings = settings(config);
        scope = metrics.scope();
        provider = new MemoryChannelProvider(network, identity, threads, scope, settings);
    }

    private static MemorySettings settings(Config config) {
        ConfigCheck check = new ConfigCheck(MemoryChannelProvider.BUNDLE);
        return new MemorySettings(
                check.range("port", config.port(), 0, 65_535),
                check.range("max.frame.bytes", config.max_frame_bytes(), 1024, 16 << 20),
                check.range("high.water.bytes", config.high_water_bytes(), 64 << 10, 256 << 20),
                check.range("max.queued.bytes", config.max_queued_bytes(), 1 << 20, 1 << 30),
                check.range("max.channels", config.max_channels(), 1, 65_536));
    }

    /** Closes doors, channels and the thread. */
    @Deactivate
    void deactivate() {
        provider.close();
        scope.close();
    }

    @Override
    public ChannelTraits traits() {
        return provider.traits();
    }

    @Override
    public CompletionStage<Listening> listen(ChannelAcceptor acceptor) {
        return provider.listen(acceptor);
    }

    @Override
    public CompletionStage<Channel> connect(
            PeerAddress address, ChannelListener listener, Duration timeout) {
        return provider.connect(address, listener, timeout);
    }
}
