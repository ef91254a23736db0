// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.trust.Identity;

/**
 * Trusts whom {@link Identity#check} trusts, at the moment of the handshake; names do not count.
 */
final class MeshTrust extends X509ExtendedTrustManager {
    private final Identity identity;

    MeshTrust(Identity identity) {
        this.identity = identity;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        try {
            identity.check(List.of(chain));
        } catch (NeverException e) {
            throw new CertificateException("not a member of this mesh: " + e.getMessage(), e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String auth, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String auth, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String auth, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String auth, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String auth)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String auth)
            throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {identity.chain().getLast()};
    }
}
