// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.netty.HttpListener;
import org.peeredge.kernel.netty.HttpListeners;
import org.peeredge.kernel.netty.HttpOptions;
import org.peeredge.kernel.node.authority.MeshAuthority;
import org.peeredge.kernel.node.join.Door;
import org.peeredge.kernel.node.join.DoorTls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the door on the authority's node; there is none elsewhere. */
@Component(
        configurationPid = NodeSettings.BUNDLE,
        immediate = true,
        service = {})
public final class DoorComponent {
    private static final Logger LOG = LoggerFactory.getLogger(DoorComponent.class);
    private static final int MAX_REQUESTS = 64;
    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final MetricScope scope;
    private final HttpListener listener;

    /** Listens at {@code join.host} and {@code join.port}. */
    @Activate
    public DoorComponent(
            BundleContext context,
            NodeConfig config,
            @Reference MeshAuthority authority,
            @Reference HttpListeners listeners,
            @Reference Clock clock,
            @Reference Metrics metrics)
            throws IOException {
        NodeConfig.Check check = new NodeConfig.Check(config, context::getProperty);
        scope = metrics.scope();
        try {
            listener =
                    open(
                            check.host(),
                            check.port(),
                            listeners,
                            new Door(authority, clock, scope),
                            authority);
        } catch (IOException | RuntimeException e) {
            scope.close();
            throw e;
        }
        LOG.info("The door of the mesh is open at {}:{}", listener.host(), listener.port());
    }

    @Deactivate
    void deactivate() {
        listener.close();
        scope.close();
    }

    /** The listener; {@code port} 0 takes a free one. */
    static HttpListener open(
            String host, int port, HttpListeners listeners, Door door, MeshAuthority authority)
            throws IOException {
        try {
            return listeners.listen(
                    new HttpOptions(
                            NodeSettings.BUNDLE,
                            host,
                            port,
                            Optional.of(DoorTls.server(authority)),
                            MAX_REQUESTS,
                            MAX_HEADER_BYTES,
                            IDLE),
                    door);
        } catch (IOException e) {
            throw new IOException(
                    "the door cannot be opened at "
                            + host
                            + ":"
                            + port
                            + ": choose another join.port or join.host in etc/"
                            + NodeSettings.BUNDLE
                            + ".cfg",
                    e);
        }
    }
}
