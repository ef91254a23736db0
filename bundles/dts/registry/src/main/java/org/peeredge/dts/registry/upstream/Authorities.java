// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Who may vouch for upstreams: the authorities that the Java runtime knows, and those of a
 * company's own in a file.
 */
final class Authorities {
    private static final int MAX_FILE_BYTES = 1 << 20;

    private Authorities() {}

    /**
     * TLS that trusts the runtime's authorities and those in a PEM file.
     *
     * @throws IOException when the file cannot be read or holds no certificate
     */
    static SSLContext with(Path pem) throws IOException {
        try {
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            for (X509Certificate known : manager(null).getAcceptedIssuers()) {
                all.setCertificateEntry("known-" + all.size(), known);
            }
            for (Certificate own : read(pem)) {
                all.setCertificateEntry("own-" + all.size(), own);
            }
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {manager(all)}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot take authorities: " + e, e);
        }
    }

    private static Collection<? extends Certificate> read(Path pem) throws IOException {
        if (Files.size(pem) > MAX_FILE_BYTES) {
            throw new IOException(pem + " is longer than " + MAX_FILE_BYTES + " bytes");
        }
        Collection<? extends Certificate> found;
        try {
            found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(
                                    new ByteArrayInputStream(Files.readAllBytes(pem)));
        } catch (CertificateException e) {
            throw new IOException(pem + " holds no certificates in PEM: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new IOException(pem + " holds no certificate");
        }
        return found;
    }

    private static X509TrustManager manager(@Nullable KeyStore authorities)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }
}
