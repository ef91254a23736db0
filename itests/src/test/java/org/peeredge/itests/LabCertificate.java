// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import org.peeredge.itests.lab.Commands;

/**
 * A server's certificate under an authority of its own, made with openssl.
 *
 * @param folder holds all of its files
 */
record LabCertificate(Path folder) {
    /** Of the key store. */
    static final char[] PASSWORD = "test".toCharArray();

    /**
     * Makes both.
     *
     * @param name as openssl writes subject alternative names, such as {@code IP:127.0.0.1}
     */
    static LabCertificate make(Path folder, String name) throws IOException {
        Files.writeString(folder.resolve("server.ext"), "subjectAltName = " + name + "\n");
        LabCertificate made = new LabCertificate(folder);
        made.openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=lab"
                        + " -keyout ca.key -out ca.pem");
        made.openssl(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry"
                        + " -keyout server.key -out server.csr");
        made.openssl(
                "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
                        + " -extfile server.ext -out server.pem");
        made.openssl(
                "pkcs12 -export -inkey server.key -in server.pem -name server -passout pass:test"
                        + " -out server.p12");
        return made;
    }

    /** The certificate of the authority. */
    Path authority() {
        return folder.resolve("ca.pem");
    }

    /** The server's key and certificate, under {@code server}. */
    KeyStore keys() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(folder.resolve("server.p12").toFile(), PASSWORD);
    }

    /** What docker-registry wants to know of it. */
    String forDockerRegistry() {
        return "tls: {certificate: %1$s/server.pem, key: %1$s/server.key}".formatted(folder);
    }

    private void openssl(String words) {
        Commands.must("sh", "-c", "cd " + folder + " && openssl " + words);
    }
}
