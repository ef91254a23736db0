// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.netty.HttpListeners;
import org.peeredge.kernel.netty.http.HttpServers;
import org.peeredge.kernel.netty.runtime.EventLoops;
import org.peeredge.kernel.node.metrics.NodeMetrics;
import org.peeredge.kernel.node.runtime.NodeThreads;
import org.peeredge.kernel.node.runtime.SystemClock;

/** Real sockets for the doors of a whole test class: event loops take a second to stop. */
final class TestNetwork implements AutoCloseable {
    private final NodeMetrics metrics = new NodeMetrics();
    private final MetricScope scope = metrics.scope();
    private final NodeThreads threads = new NodeThreads(new SystemClock(), metrics);
    private final EventLoops loops = new EventLoops(1, threads, scope);
    private final HttpServers servers = new HttpServers(loops, threads, new SystemClock(), scope);

    HttpListeners listeners() {
        return servers;
    }

    @Override
    public void close() {
        servers.close();
        loops.close();
        scope.close();
    }
}
