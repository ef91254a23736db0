// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A key manager of one ECDSA key, for either end of TLS. Handing key and chain to Netty itself
 * would put them through a PKCS #12 key store, whose key derivation costs more than half a CPU
 * second at every start. Immutable; safe for use by many threads.
 */
public final class OneKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "node";

    /** What TLS stacks call ECDSA keys: {@code EC}, {@code EC_EC}, {@code ECDSA}. */
    private static final String TYPE_PREFIX = "EC";

    private final PrivateKey key;
    private final X509Certificate[] chain;

    /**
     * Wraps a key.
     *
     * @param key the secret half
     * @param chain its certificate first, then those that sign it
     */
    public OneKey(PrivateKey key, List<X509Certificate> chain) {
        this.key = key;
        this.chain = chain.toArray(new X509Certificate[0]);
    }

    private static @Nullable String alias(String... types) {
        for (String type : types) {
            if (type.startsWith(TYPE_PREFIX)) {
                return ALIAS;
            }
        }
        return null;
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
        return aliases(type);
    }

    @Override
    public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
        return aliases(type);
    }

    private static String[] aliases(String type) {
        return alias(type) == null ? new String[0] : new String[] {ALIAS};
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(types);
    }

    @Override
    public @Nullable String chooseServerAlias(
            String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(type);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(types);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(type);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }
}
