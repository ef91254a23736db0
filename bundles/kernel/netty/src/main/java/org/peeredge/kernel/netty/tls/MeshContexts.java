// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.tls;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.netty.MeshTls;
import org.peeredge.kernel.netty.OneKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two contexts of one identity, made anew whenever it changes; plain Java, also for tests. */
public final class MeshContexts implements MeshTls, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshContexts.class);
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    /**
     * A resumed session skips the check of the certificate. BoringSSL keeps none unless told to;
     * the JDK always hands out tickets, so they end at once and hold one session.
     */
    private static final int SESSION_SECONDS = 1;

    private final Identity identity;
    private final SslProvider provider;
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Cancellable watch;
    private volatile Pair pair;

    /**
     * Builds the contexts.
     *
     * @throws IllegalStateException when {@code provider} does not take this identity's key
     */
    public MeshContexts(Identity identity, SslProvider provider) {
        this.identity = identity;
        this.provider = provider;
        try {
            this.pair = build(identity, provider);
        } catch (SSLException e) {
            throw new IllegalStateException("TLS by " + provider + " refuses this node's key", e);
        }
        this.watch = identity.onChange(this::rebuild);
    }

    @Override
    public SslContext server() {
        return pair.server;
    }

    @Override
    public SslContext client() {
        return pair.client;
    }

    @Override
    public Cancellable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Stops watching the identity. */
    @Override
    public void close() {
        watch.cancel();
        listeners.clear();
    }

    private void rebuild() {
        try {
            pair = build(identity, provider);
        } catch (SSLException e) {
            // The old contexts still check by the identity as it is now.
            LOG.error("the renewed certificate cannot be used for TLS: restart this node", e);
        }
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LOG.error("a listener failed; channels of revoked peers may stay open", e);
            }
        }
    }

    private static Pair build(Identity identity, SslProvider provider) throws SSLException {
        MeshTrust trust = new MeshTrust(identity);
        OneKey key = new OneKey(identity.privateKey(), identity.chain());
        SslContext server =
                SslContextBuilder.forServer(key)
                        .sslProvider(provider)
                        .protocols(PROTOCOLS)
                        .trustManager(trust)
                        .clientAuth(ClientAuth.REQUIRE)
                        .sessionCacheSize(1)
                        .sessionTimeout(SESSION_SECONDS)
                        .build();
        SslContext client =
                SslContextBuilder.forClient()
                        .keyManager(key)
                        .sslProvider(provider)
                        .protocols(PROTOCOLS)
                        .trustManager(trust)
                        // A member is known by its key, wherever it is reached.
                        .endpointIdentificationAlgorithm("")
                        .build();
        return new Pair(server, client);
    }

    private record Pair(SslContext server, SslContext client) {}
}
