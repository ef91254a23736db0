// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.netty.MeshTls;
import org.peeredge.kernel.netty.OneKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contexts of one identity, two for each list of protocols, made anew whenever it changes;
 * plain Java, also for tests.
 */
public final class MeshContexts implements MeshTls, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshContexts.class);
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    /**
     * A resumed session skips the check of the certificate. BoringSSL keeps none unless told to;
     * the JDK always hands out tickets, so they end at once and hold one session.
     */
    private static final int SESSION_SECONDS = 1;

    /** Lists are written in code, not sent by anybody: more than a few are a leak. */
    private static final int MAX_PROTOCOL_LISTS = 16;

    private final Identity identity;
    private final SslProvider provider;
    private final CipherOrder ciphers;
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Cancellable watch;
    private final Object building = new Object();
    private volatile Map<List<String>, Pair> pairs;

    /**
     * Builds the contexts, with the usual order of ciphers.
     *
     * @throws IllegalStateException when {@code provider} does not take this identity's key
     */
    public MeshContexts(Identity identity, SslProvider provider) {
        this(identity, provider, CipherOrder.usual());
    }

    /** The same with an order of ciphers, for the JDK's TLS; BoringSSL takes none. */
    MeshContexts(Identity identity, SslProvider provider, CipherOrder ciphers) {
        this.identity = identity;
        this.provider = provider;
        this.ciphers = ciphers;
        try {
            this.pairs = Map.of(List.of(), build(List.of()));
        } catch (SSLException e) {
            throw new IllegalStateException("TLS by " + provider + " refuses this node's key", e);
        }
        this.watch = identity.onChange(this::rebuild);
    }

    @Override
    public SslContext server(String... protocols) {
        return pair(List.of(protocols)).server;
    }

    @Override
    public SslContext client(String... protocols) {
        return pair(List.of(protocols)).client;
    }

    private Pair pair(List<String> protocols) {
        Pair made = pairs.get(protocols);
        if (made != null) {
            return made;
        }
        synchronized (building) {
            Map<List<String>, Pair> all = new HashMap<>(pairs);
            if (!all.containsKey(protocols) && all.size() > MAX_PROTOCOL_LISTS) {
                throw new IllegalStateException("over " + MAX_PROTOCOL_LISTS + " protocol lists");
            }
            try {
                made = all.computeIfAbsent(protocols, this::built);
            } catch (UncheckedIOException e) {
                throw new IllegalStateException("TLS by " + provider + " refuses " + protocols, e);
            }
            pairs = Map.copyOf(all);
            return made;
        }
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
        synchronized (building) {
            Map<List<String>, Pair> renewed = new HashMap<>();
            try {
                pairs.keySet().forEach(protocols -> renewed.put(protocols, built(protocols)));
                pairs = Map.copyOf(renewed);
            } catch (UncheckedIOException e) {
                // The old contexts still check by the identity as it is now.
                LOG.error("the renewed certificate cannot be used for TLS: restart this node", e);
            }
        }
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LOG.error("a listener failed; channels of revoked peers may stay open", e);
            }
        }
    }

    private Pair built(List<String> protocols) {
        try {
            return build(protocols);
        } catch (SSLException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Pair build(List<String> protocols) throws SSLException {
        MeshTrust trust = new MeshTrust(identity);
        OneKey key = new OneKey(identity.privateKey(), identity.chain());
        ApplicationProtocolConfig alpn =
                protocols.isEmpty()
                        ? ApplicationProtocolConfig.DISABLED
                        : new ApplicationProtocolConfig(
                                ApplicationProtocolConfig.Protocol.ALPN,
                                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                                protocols);
        boolean ordered = provider == SslProvider.JDK;
        SslContext server =
                SslContextBuilder.forServer(key)
                        .sslProvider(provider)
                        .protocols(PROTOCOLS)
                        .ciphers(ordered ? ciphers.suites() : null)
                        .trustManager(trust)
                        .clientAuth(ClientAuth.REQUIRE)
                        .sessionCacheSize(1)
                        .sessionTimeout(SESSION_SECONDS)
                        .applicationProtocolConfig(alpn)
                        .build();
        SslContext client =
                SslContextBuilder.forClient()
                        .keyManager(key)
                        .sslProvider(provider)
                        .protocols(PROTOCOLS)
                        .ciphers(ordered ? ciphers.suites() : null)
                        .trustManager(trust)
                        // A member is known by its key, wherever it is reached.
                        .endpointIdentificationAlgorithm("")
                        .applicationProtocolConfig(alpn)
                        .build();
        return new Pair(ordered && ciphers.yields() ? new Yielding(server) : server, client);
    }

    private record Pair(SslContext server, SslContext client) {}

    /** An accepting end that takes the first of the other end's ciphers, as BoringSSL does. */
    private static final class Yielding extends DelegatingSslContext {
        Yielding(SslContext context) {
            super(context);
        }

        @Override
        protected void initEngine(SSLEngine engine) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setUseCipherSuitesOrder(false);
            engine.setSSLParameters(parameters);
        }
    }
}
