// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
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
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.netty.MeshTls;
import org.peeredge.kernel.netty.NettyRuntime;

/** The TCP channel as a service. A changed configuration restarts it. */
@Component(
        service = ChannelProvider.class,
        immediate = true,
        configurationPid = TcpChannelProvider.BUNDLE,
        property = "peeredge.type=" + TcpChannelProvider.TYPE)
@Designate(ocd = TcpChannelComponent.Config.class)
public final class TcpChannelComponent implements ChannelProvider {
    /** What an operator can set. */
    @ObjectClassDefinition(name = "PeerEdge TCP channel")
    public @interface Config {
        /** Key {@code host}. */
        @AttributeDefinition(description = "Address to listen on; 0.0.0.0 is every interface")
        String host() default "0.0.0.0";

        /** Key {@code port}. */
        @AttributeDefinition(
                description = "Port to listen on; 0 for any free one",
                min = "0",
                max = "65535")
        int port() default 7440;

        /** Key {@code advertised.hosts}. */
        @AttributeDefinition(
                description =
                        "Names or addresses that others shall use, for instance behind a router;"
                                + " empty: this machine's own")
        String[] advertised_hosts() default {};

        /** Key {@code max.frame.bytes}. */
        @AttributeDefinition(description = "Largest frame", min = "1024", max = "16777216")
        int max_frame_bytes() default TcpSettings.DEFAULT_FRAME_BYTES;

        /** Key {@code high.water.bytes}. */
        @AttributeDefinition(
                description = "Queued bytes from which on a channel is not writable",
                min = "65536",
                max = "268435456")
        int high_water_bytes() default 2 << 20;

        /** Key {@code max.queued.bytes}. */
        @AttributeDefinition(
                description = "Queued bytes from which on frames are refused",
                min = "1048576",
                max = "1073741824")
        int max_queued_bytes() default 64 << 20;

        /** Key {@code max.connections}. */
        @AttributeDefinition(description = "Most inbound connections", min = "1", max = "65536")
        int max_connections() default 512;

        /** Key {@code max.handshakes}. */
        @AttributeDefinition(
                description = "Most inbound connections that have not shown who they are",
                min = "1",
                max = "65536")
        int max_handshakes() default 64;

        /** Key {@code handshake.timeout.millis}. */
        @AttributeDefinition(
                description = "How long an inbound connection may take to show who it is",
                min = "100",
                max = "120000")
        long handshake_timeout_millis() default 10_000;
    }

    private final MetricScope scope;
    private final TcpChannelProvider provider;

    /** Makes the channel type; opens nothing yet. */
    @Activate
    public TcpChannelComponent(
            @Reference NettyRuntime runtime,
            @Reference MeshTls tls,
            @Reference Identity identity,
            @Reference Threads threads,
            @Reference Clock clock,
            @Reference Metrics metrics,
            Config config) {
        TcpSettings settings = settings(config);
        scope = metrics.scope();
        provider = new TcpChannelProvider(runtime, tls, identity, threads, clock, scope, settings);
    }

    private static TcpSettings settings(Config config) {
        ConfigCheck check = new ConfigCheck(TcpChannelProvider.BUNDLE);
        List<String> advertised =
                Arrays.stream(config.advertised_hosts())
                        .map(host -> check.notBlank("advertised.hosts", host).strip())
                        .toList();
        return new TcpSettings(
                check.notBlank("host", config.host()),
                check.range("port", config.port(), 0, 65_535),
                advertised,
                check.range("max.frame.bytes", config.max_frame_bytes(), 1024, 16 << 20),
                check.range("high.water.bytes", config.high_water_bytes(), 64 << 10, 256 << 20),
                check.range("max.queued.bytes", config.max_queued_bytes(), 1 << 20, 1 << 30),
                check.range("max.connections", config.max_connections(), 1, 65_536),
                check.range("max.handshakes", config.max_handshakes(), 1, 65_536),
                Duration.ofMillis(
                        check.range(
                                "handshake.timeout.millis",
                                config.handshake_timeout_millis(),
                                100,
                                120_000)));
    }

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
