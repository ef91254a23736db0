// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.peeredge.kernel.api.NeverException;

/**
 * What makes a node a member, as kept in {@code membership.pem}: lines {@code Door: host:port},
 * then two certificates.
 *
 * @param certificate the node's own
 * @param authority the one that signed it
 * @param doors where the authority can be reached
 */
public record Credentials(
        X509Certificate certificate, X509Certificate authority, List<HostPort> doors) {
    /** More addresses than this are not tried. */
    public static final int MAX_DOORS = 8;

    private static final int MAX_BYTES = 64 * 1024;
    private static final String DOOR = "Door: ";
    private static final String LABEL = "CERTIFICATE";

    /** Copies the addresses. */
    public Credentials {
        doors = List.copyOf(doors);
        if (doors.size() > MAX_DOORS) {
            throw new IllegalArgumentException("more than " + MAX_DOORS + " doors");
        }
    }

    /** The mesh. */
    public String meshId() {
        return P256.meshId(authority.getPublicKey());
    }

    /** Both certificates as TLS sends them. */
    public List<X509Certificate> chain() {
        return List.of(certificate, authority);
    }

    /**
     * Checks that these are a membership of the holder of {@code key} in the mesh {@code meshId}.
     * Says nothing about time.
     *
     * @throws NeverException saying what is wrong
     */
    public Credentials require(String meshId, PublicKey key) {
        PublicKey signer = authority.getPublicKey();
        if (!P256.isP256(signer) || !P256.meshId(signer).equals(meshId)) {
            throw new NeverException("the authority's key is not the one of mesh " + meshId);
        }
        try {
            authority.verify(signer);
            certificate.verify(signer);
        } catch (GeneralSecurityException e) {
            throw new NeverException("the mesh's authority did not sign the certificate", e);
        }
        if (!certificate.getPublicKey().equals(key)) {
            throw new NeverException("the certificate is for another node's key");
        }
        if (MeshName.of(certificate).filter(n -> n.meshId().equals(meshId)).isEmpty()) {
            throw new NeverException("the certificate is no membership of mesh " + meshId);
        }
        return this;
    }

    /** Writes the file in one step. */
    public void save(Path file) {
        StringBuilder text = new StringBuilder();
        doors.forEach(d -> text.append(DOOR).append(d).append('\n'));
        chain().forEach(c -> text.append(Pem.encode(LABEL, Certificates.encode(c))));
        SafeFiles.write(file, text.toString().getBytes(US_ASCII));
    }

    /**
     * Reads the file; empty when there is none.
     *
     * @throws NeverException naming the file, when it is damaged or belongs to another node
     */
    public static Optional<Credentials> load(Path file, PublicKey key) {
        return SafeFiles.read(file, MAX_BYTES).map(bytes -> parse(file, bytes, key));
    }

    private static Credentials parse(Path file, byte[] bytes, PublicKey key) {
        try {
            List<Pem.Block> blocks = Pem.decode(bytes);
            if (blocks.size() != 2 || !blocks.stream().allMatch(b -> b.label().equals(LABEL))) {
                throw new IllegalArgumentException("it lacks two certificates");
            }
            List<HostPort> doors =
                    new String(bytes, US_ASCII)
                            .lines()
                            .filter(l -> l.startsWith(DOOR))
                            .map(l -> HostPort.parse(l.substring(DOOR.length())))
                            .toList();
            X509Certificate authority = Certificates.parse(blocks.get(1).der());
            return new Credentials(Certificates.parse(blocks.get(0).der()), authority, doors)
                    .require(P256.meshId(authority.getPublicKey()), key);
        } catch (NeverException | IllegalArgumentException e) {
            throw SafeFiles.damaged(file, String.valueOf(e.getMessage()), e);
        }
    }
}
