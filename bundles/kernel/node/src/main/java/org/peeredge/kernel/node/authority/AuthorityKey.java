// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.authority;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.node.trust.Certificates;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.MeshName;
import org.peeredge.kernel.node.trust.NodeKey;
import org.peeredge.kernel.node.trust.P256;
import org.peeredge.kernel.node.trust.Pem;
import org.peeredge.kernel.node.trust.SafeFiles;

/**
 * The key that a mesh hangs on, in {@code authority.pem}: PRIVATE KEY, PUBLIC KEY, CERTIFICATE.
 * Whoever has the file is the mesh; losing it ends the mesh when the certificates run out.
 */
public record AuthorityKey(NodeKey key, X509Certificate certificate) {
    private static final int MAX_BYTES = 16 * 1024;

    /** A new authority, on disk when this returns. */
    public static AuthorityKey create(Path file, Instant now) {
        NodeKey key = new NodeKey(P256.generate());
        X509Certificate certificate = Certificates.authority(key, now);
        String text = key.pem() + Pem.encode("CERTIFICATE", Certificates.encode(certificate));
        SafeFiles.write(file, text.getBytes(US_ASCII));
        return new AuthorityKey(key, certificate);
    }

    /**
     * The authority in {@code file}; empty when there is no such file.
     *
     * @throws NeverException naming the file, when it is damaged
     */
    public static Optional<AuthorityKey> load(Path file) {
        return SafeFiles.readSecret(file, MAX_BYTES).map(bytes -> parse(file, bytes));
    }

    /** The mesh. */
    public String meshId() {
        return P256.meshId(key.open());
    }

    /** Signs a membership. */
    X509Certificate membership(PublicKey holder, Set<Role> roles, Instant now, Duration life) {
        NodeId node = NodeId.of(holder);
        return Certificates.signed(
                certificate,
                key.secret(),
                holder,
                node.hex(),
                new MeshName(meshId(), node, roles).uri(),
                now,
                now.plus(life));
    }

    /** The membership of the authority's own node: it has every role and needs no door. */
    public Credentials own(NodeKey node, Instant now, Duration life) {
        return new Credentials(
                membership(node.open(), EnumSet.allOf(Role.class), now, life),
                certificate,
                List.of());
    }

    private static AuthorityKey parse(Path file, byte[] text) {
        NodeKey key = NodeKey.parse(file, text);
        try {
            List<Pem.Block> blocks = Pem.decode(text);
            if (blocks.size() != 3 || !blocks.get(2).label().equals("CERTIFICATE")) {
                throw new NeverException("it lacks a CERTIFICATE");
            }
            X509Certificate certificate = Certificates.parse(blocks.get(2).der());
            certificate.verify(key.open());
            if (!certificate.getPublicKey().equals(key.open())) {
                throw new NeverException("its certificate is for another key");
            }
            return new AuthorityKey(key, certificate);
        } catch (NeverException | GeneralSecurityException e) {
            throw SafeFiles.damaged(file, String.valueOf(e.getMessage()), e);
        }
    }
}
