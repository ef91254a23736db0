// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/**
 * One member of a {@link TestMesh}. Revocations are shared by the whole mesh at once, so {@link
 * #offerRevocations} only checks the list's signature.
 */
public final class TestIdentity implements Identity {
    private final TestMesh mesh;
    private final KeyPair key;
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile X509Certificate certificate;

    TestIdentity(TestMesh mesh, KeyPair key, X509Certificate certificate) {
        this.mesh = mesh;
        this.key = key;
        this.certificate = certificate;
    }

    /** Gives this member a fresh certificate of seven days; its listeners run here. */
    public void renewed(Role... roles) {
        certificate =
                mesh.certify(
                        key,
                        mesh.clock().now().minus(Duration.ofMinutes(5)),
                        mesh.clock().now().plus(Duration.ofDays(7)),
                        roles);
        changed();
    }

    /** How many listeners are registered; 0 when all were cancelled. */
    public int listeners() {
        return listeners.size();
    }

    @Override
    public Membership self() {
        return new Membership(
                NodeId.of(key.getPublic()),
                roles(certificate),
                key.getPublic(),
                certificate.getNotAfter().toInstant());
    }

    @Override
    public String meshId() {
        return mesh.meshId();
    }

    @Override
    public PrivateKey privateKey() {
        return key.getPrivate();
    }

    @Override
    public List<X509Certificate> chain() {
        return List.of(certificate, mesh.authority());
    }

    @Override
    public byte[] sign(byte[] data) {
        return sign(key.getPrivate(), data);
    }

    @Override
    public boolean verify(Membership by, byte[] data, byte[] signature) {
        try {
            Signature check = Signature.getInstance("SHA256withECDSA");
            check.initVerify(by.key());
            check.update(data);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public Membership check(List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            throw new NeverException("the peer showed no certificate");
        }
        X509Certificate peer = chain.getFirst();
        try {
            peer.verify(mesh.authority().getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new NeverException("not signed by the authority of this mesh", e);
        }
        Instant now = mesh.clock().now();
        if (now.isBefore(peer.getNotBefore().toInstant())
                || now.isAfter(peer.getNotAfter().toInstant())) {
            throw new NeverException("the certificate is not in its time");
        }
        if (!(peer.getPublicKey() instanceof ECPublicKey ec)
                || ec.getParams().getOrder().bitLength() != 256) {
            throw new NeverException("the key is not on P-256");
        }
        NodeId node = NodeId.of(peer.getPublicKey());
        if (!uri(peer).startsWith("peeredge:mesh/" + meshId() + "/node/" + node.hex() + "?")) {
            throw new NeverException("the certificate names another node or mesh");
        }
        if (mesh.isRevoked(node)) {
            throw new NeverException("the certificate of " + node.shortName() + " is revoked");
        }
        return new Membership(
                node, roles(peer), peer.getPublicKey(), peer.getNotAfter().toInstant());
    }

    @Override
    public Membership check(byte[] der) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            return check(
                    List.of(
                            (X509Certificate)
                                    factory.generateCertificate(new ByteArrayInputStream(der))));
        } catch (CertificateException e) {
            throw new NeverException("not a certificate", e);
        }
    }

    @Override
    public long revocationNumber() {
        return mesh.revocationNumber();
    }

    @Override
    public byte[] revocations() {
        if (mesh.revocationNumber() == 0) {
            return new byte[0];
        }
        byte[] text = mesh.revocationText().getBytes(StandardCharsets.US_ASCII);
        byte[] signature = mesh.sign(text);
        byte[] list = new byte[1 + signature.length + text.length];
        list[0] = (byte) signature.length;
        System.arraycopy(signature, 0, list, 1, signature.length);
        System.arraycopy(text, 0, list, 1 + signature.length, text.length);
        return list;
    }

    @Override
    public boolean offerRevocations(byte[] list) {
        int length = list.length == 0 ? 0 : list[0] & 0xff;
        if (length == 0 || list.length <= 1 + length) {
            throw new NeverException("not a revocation list");
        }
        byte[] signature = Arrays.copyOfRange(list, 1, 1 + length);
        byte[] text = Arrays.copyOfRange(list, 1 + length, list.length);
        Membership authority =
                new Membership(
                        NodeId.of(mesh.authority().getPublicKey()),
                        Set.of(Role.MEMBER),
                        mesh.authority().getPublicKey(),
                        mesh.authority().getNotAfter().toInstant());
        if (!verify(authority, text, signature)) {
            throw new NeverException("the authority did not sign this revocation list");
        }
        return false;
    }

    @Override
    public Cancellable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void changed() {
        listeners.forEach(Runnable::run);
    }

    static byte[] sign(PrivateKey key, byte[] data) {
        try {
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(key);
            signer.update(data);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing failed", e);
        }
    }

    private static Set<Role> roles(X509Certificate certificate) {
        Set<Role> roles = EnumSet.of(Role.MEMBER);
        String uri = uri(certificate);
        int at = uri.indexOf("?roles=");
        for (String name : uri.substring(at + "?roles=".length()).split(",", -1)) {
            roles.add(Role.valueOf(name.toUpperCase(Locale.ROOT)));
        }
        return roles;
    }

    private static String uri(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (Integer.valueOf(6).equals(name.getFirst())
                        && name.get(1) instanceof String text
                        && text.contains("?roles=")) {
                    return text;
                }
            }
        } catch (CertificateException e) {
            throw new NeverException("the certificate has no readable names", e);
        }
        throw new NeverException("the certificate names no member of a mesh");
    }
}
