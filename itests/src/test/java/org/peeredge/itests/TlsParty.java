// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.node.authority.AuthorityKey;
import org.peeredge.kernel.node.trust.Certificates;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.MeshName;
import org.peeredge.kernel.node.trust.NodeKey;
import org.peeredge.kernel.node.trust.P256;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * Who calls a node: a key and the certificates that it shows (none, for one who has none). It
 * trusts anybody, since what is tested is whether it is trusted.
 */
record TlsParty(NodeKey key, List<X509Certificate> chain) {
    private static final int TIMEOUT_MILLIS = 20_000;

    /** A key, and nothing that says who it is. */
    static TlsParty anonymous() {
        return new TlsParty(new NodeKey(P256.generate()), List.of());
    }

    /** A key with a certificate that it signed itself, as one shows at the door before joining. */
    static TlsParty selfSigned() {
        NodeKey key = new NodeKey(P256.generate());
        return new TlsParty(key, List.of(Certificates.selfSigned(key, Instant.now())));
    }

    /** A node's own key and membership, read from its data folder as a thief would. */
    static TlsParty of(NodeProcess node) throws IOException {
        Path folder = TestNodes.data(node).resolve("node");
        Path file = folder.resolve("node.key");
        NodeKey key = NodeKey.parse(file, Files.readAllBytes(file));
        Credentials membership =
                Credentials.load(folder.resolve("membership.pem"), key.open()).orElseThrow();
        return new TlsParty(key, membership.chain());
    }

    /** A new key with a membership signed by the mesh's real authority, for any time. */
    static TlsParty signedBy(AuthorityKey authority, Instant from, Instant until) {
        NodeKey key = new NodeKey(P256.generate());
        X509Certificate certificate =
                Certificates.signed(
                        authority.certificate(),
                        authority.key().secret(),
                        key.open(),
                        key.id().hex(),
                        new MeshName(authority.meshId(), key.id(), Set.of(Role.MEMBER)).uri(),
                        from,
                        until);
        return new TlsParty(key, List.of(certificate, authority.certificate()));
    }

    /** The authority of the mesh that this node made. */
    static AuthorityKey authorityOf(NodeProcess node) {
        return AuthorityKey.load(TestNodes.data(node).resolve("node/authority.pem")).orElseThrow();
    }

    TlsParty with(List<X509Certificate> other) {
        return new TlsParty(key, other);
    }

    /** TCP and TLS 1.3 as far as this end can tell; reads give up after 20 s. */
    SSLSocket connect(String host, int port) throws IOException {
        return connect(host, port, "127.0.0.1");
    }

    /** The same from another address of this machine. */
    SSLSocket connect(String host, int port, String from) throws IOException {
        Socket plain = new Socket();
        try {
            plain.bind(new InetSocketAddress(from, 0));
            plain.setSoTimeout(TIMEOUT_MILLIS);
            plain.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            SSLSocket socket =
                    (SSLSocket) context().getSocketFactory().createSocket(plain, host, port, true);
            socket.startHandshake();
            return socket;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(
                    new KeyManager[] {new OneKey(key.secret(), chain)},
                    new TrustManager[] {new Anybody()},
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class OneKey extends X509ExtendedKeyManager {
        private final PrivateKey key;
        private final List<X509Certificate> chain;

        OneKey(PrivateKey key, List<X509Certificate> chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return chain.isEmpty() ? new String[0] : new String[] {"me"};
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return chain.isEmpty() ? null : "me";
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket) {}

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
