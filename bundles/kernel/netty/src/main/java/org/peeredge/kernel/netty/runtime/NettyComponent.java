// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.runtime;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpListeners;
import org.peeredge.kernel.netty.HttpOptions;
import org.peeredge.kernel.netty.NettyRuntime;
import org.peeredge.kernel.netty.http.HttpServers;

/** Event loops and HTTP listeners as services; a change of configuration restarts both. */
@Component(
        service = {NettyRuntime.class, HttpListeners.class},
        configurationPid = EventLoops.BUNDLE)
@Designate(ocd = NettyComponent.Config.class)
public final class NettyComponent implements NettyRuntime, HttpListeners {
    /** The configuration. */
    @ObjectClassDefinition(
            name = "PeerEdge network runtime",
            description = "Event loops shared by channels and HTTP listeners.")
    public @interface Config {
        /** How many event loops. */
        @AttributeDefinition(
                name = "Event loops",
                description = "Threads that serve all sockets, 1 to 64.",
                min = "1",
                max = "64")
        int event_loop_threads() default 2;
    }

    private final MetricScope metrics;
    private final EventLoops loops;
    private final HttpServers servers;

    /** Starts the event loops. */
    @Activate
    public NettyComponent(
            @Reference Threads threads,
            @Reference Clock clock,
            @Reference Metrics metrics,
            Config config) {
        int count =
                new ConfigCheck(EventLoops.BUNDLE)
                        .range("event.loop.threads", config.event_loop_threads(), 1, 64);
        this.metrics = metrics.scope();
        this.loops = new EventLoops(count, threads, this.metrics);
        this.servers = new HttpServers(loops, threads, clock, this.metrics);
    }

    @Deactivate
    void deactivate() {
        servers.close();
        loops.close();
        metrics.close();
    }

    @Override
    public HttpListener listen(HttpOptions options, HttpHandler handler) throws IOException {
        return servers.listen(options, handler);
    }

    @Override
    public EventLoopGroup eventLoops() {
        return loops.eventLoops();
    }

    @Override
    public Class<? extends ServerChannel> serverChannelType() {
        return loops.serverChannelType();
    }

    @Override
    public Class<? extends Channel> channelType() {
        return loops.channelType();
    }

    @Override
    public ByteBufAllocator allocator() {
        return loops.allocator();
    }

    @Override
    public long pathBytesPerSecond(Channel socket) {
        return loops.pathBytesPerSecond(socket);
    }

    @Override
    public void limitUnsent(Channel socket, int bytes) {
        loops.limitUnsent(socket, bytes);
    }

    @Override
    public void wakeAfter(Channel socket, int bytes) {
        loops.wakeAfter(socket, bytes);
    }

    @Override
    public SslProvider sslProvider() {
        return loops.sslProvider();
    }
}
