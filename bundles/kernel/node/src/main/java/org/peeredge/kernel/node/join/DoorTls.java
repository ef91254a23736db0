// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.join;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.netty.OneKey;
import org.peeredge.kernel.node.authority.MeshAuthority;
import org.peeredge.kernel.node.trust.MeshName;
import org.peeredge.kernel.node.trust.P256;

/**
 * TLS 1.3 (RFC 8446) at the door, both sides. The JDK's: a handful of calls a day need no natives.
 * The door takes any P-256 certificate, for TLS proves possession of its key; the caller takes only
 * a door whose authority has the key that the token pins.
 */
public final class DoorTls {
    private static final String TLS = "TLSv1.3";

    private DoorTls() {}

    /** For the authority's listener. */
    public static SslContext server(MeshAuthority authority) {
        SSLContext context =
                context(
                        new OneKey(authority.doorKey().secret(), authority.doorChain()),
                        new AnyNode());
        // Netty's builder would first try out a key store of its own, at the price of OneKey's.
        return new JdkSslContext(
                context,
                false,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                ApplicationProtocolConfig.DISABLED,
                ClientAuth.REQUIRE,
                new String[] {TLS},
                false);
    }

    /** For a caller that shows {@code chain} and accepts the door of {@code meshId} alone. */
    static SSLContext client(
            PrivateKey key, List<X509Certificate> chain, String meshId, Clock clock) {
        return context(new OneKey(key, chain), new PinnedDoor(meshId, clock));
    }

    private static SSLContext context(KeyManager key, TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance(TLS);
            context.init(new KeyManager[] {key}, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot do TLS 1.3", e);
        }
    }

    /** The other end is not the authority that the token names. */
    static final class WrongDoorException extends CertificateException {
        private static final long serialVersionUID = 1L;

        WrongDoorException(String message) {
            super(message);
        }
    }

    private static final class AnyNode extends Trust {
        @Override
        void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0 || !P256.isP256(chain[0].getPublicKey())) {
                throw new CertificateException("a node shows one certificate over a P-256 key");
            }
        }
    }

    private static final class PinnedDoor extends Trust {
        private final String meshId;
        private final Clock clock;

        PinnedDoor(String meshId, Clock clock) {
            this.meshId = meshId;
            this.clock = clock;
        }

        @Override
        void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length != 2 || !P256.meshId(chain[1].getPublicKey()).equals(meshId)) {
                throw new WrongDoorException(
                        "it is not the authority of mesh " + meshId.substring(0, 16));
            }
            try {
                chain[0].verify(chain[1].getPublicKey());
            } catch (GeneralSecurityException _) {
                throw new WrongDoorException("its certificate is forged");
            }
            if (!MeshName.uris(chain[0]).equals(List.of(MeshName.doorUri(meshId)))) {
                throw new WrongDoorException("it is a member of the mesh, not its authority");
            }
            Instant now = clock.now();
            if (now.isBefore(chain[0].getNotBefore().toInstant())
                    || now.isAfter(chain[0].getNotAfter().toInstant())) {
                throw new CertificateException(
                        "its certificate is not valid at "
                                + Date.from(now)
                                + ": check this machine's clock");
            }
        }
    }

    /** The same check however TLS asks. */
    private abstract static class Trust extends X509ExtendedTrustManager {
        abstract void check(X509Certificate[] chain) throws CertificateException;

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(
                X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
