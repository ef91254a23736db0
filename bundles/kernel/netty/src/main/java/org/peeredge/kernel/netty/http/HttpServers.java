// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArraySet;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpHandler;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpListeners;
import org.peeredge.kernel.netty.HttpOptions;
import org.peeredge.kernel.netty.NettyRuntime;

/** Every open HTTP listener of a node; plain Java, also for tests. */
public final class HttpServers implements HttpListeners, AutoCloseable {
    private final NettyRuntime runtime;
    private final Threads threads;
    private final Clock clock;
    private final HttpCounters counters;
    private final CopyOnWriteArraySet<HttpServer> open = new CopyOnWriteArraySet<>();

    /** Listeners on the loops of {@code runtime}; the caller closes {@code metrics}. */
    public HttpServers(NettyRuntime runtime, Threads threads, Clock clock, MetricScope metrics) {
        this.runtime = runtime;
        this.threads = threads;
        this.clock = clock;
        this.counters = HttpCounters.in(metrics);
        metrics.gauge(
                "peeredge_kernel_netty_http_open_connections",
                "HTTP connections that are open.",
                () -> open.stream().mapToInt(HttpServer::connections).sum());
    }

    @Override
    public HttpListener listen(HttpOptions options, HttpHandler handler) throws IOException {
        HttpServer server =
                new HttpServer(options, handler, runtime, threads, clock, counters, open::remove);
        open.add(server);
        try {
            server.bind();
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Closes the listeners that their owners forgot. */
    @Override
    public void close() {
        List<HttpServer> left = new ArrayList<>(open);
        left.forEach(HttpServer::close);
    }
}
