// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.netty.MeshTls;
import org.peeredge.kernel.netty.NettyRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link MeshTls} as a service, there while this node is a member of a mesh. */
@Component(service = MeshTls.class)
public final class MeshTlsComponent implements MeshTls {
    private static final Logger LOG = LoggerFactory.getLogger(MeshTlsComponent.class);

    private final MeshContexts contexts;

    /** Builds the contexts. */
    @Activate
    public MeshTlsComponent(
            @Reference Identity identity, @Reference NettyRuntime runtime, @Reference Clock clock) {
        SslProvider provider = runtime.sslProvider();
        contexts = new MeshContexts(identity, provider, order(provider, clock));
    }

    private static CipherOrder order(SslProvider provider, Clock clock) {
        if (provider != SslProvider.JDK) {
            LOG.info("BoringSSL orders the ciphers by this CPU's instructions");
            return CipherOrder.usual();
        }
        CipherOrder order = CipherOrder.measured(clock);
        LOG.info("{} comes first: {}", order.suites().getFirst(), order.why());
        return order;
    }

    @Deactivate
    void deactivate() {
        contexts.close();
    }

    @Override
    public SslContext server(String... protocols) {
        return contexts.server(protocols);
    }

    @Override
    public SslContext client(String... protocols) {
        return contexts.client(protocols);
    }

    @Override
    public Cancellable onChange(Runnable listener) {
        return contexts.onChange(listener);
    }
}
