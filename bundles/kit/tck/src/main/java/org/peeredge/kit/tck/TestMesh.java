// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/**
 * A mesh in memory, for tests: an authority that makes real P-256 certificates in the form that
 * {@code kernel.node} makes, and revokes them. A stranger is a member of another {@code TestMesh}.
 */
public final class TestMesh {
    private static final Duration LIFE = Duration.ofDays(7);

    private final Clock clock;
    private final KeyPair authorityKey = newKey();
    private final X509Certificate authority;
    private final String meshId;
    private final Set<String> revoked = new TreeSet<>();
    private final CopyOnWriteArrayList<TestIdentity> members = new CopyOnWriteArrayList<>();
    private long serial = 1;
    private long revocationNumber;

    /** A new mesh whose certificates are measured against {@code clock}. */
    public TestMesh(Clock clock) {
        this.clock = clock;
        this.meshId = HexFormat.of().formatHex(sha256(authorityKey.getPublic().getEncoded()));
        this.authority = certifyAuthority();
    }

    /** Hex SHA-256 of the authority's public key. */
    public String meshId() {
        return meshId;
    }

    /** A new member with a certificate of seven days; {@code MEMBER} is always among its roles. */
    public TestIdentity member(Role... roles) {
        return member(clock.now().minus(Duration.ofMinutes(5)), clock.now().plus(LIFE), roles);
    }

    /** A member whose certificate ended a minute ago. */
    public TestIdentity expired(Role... roles) {
        return member(clock.now().minus(LIFE), clock.now().minus(Duration.ofMinutes(1)), roles);
    }

    /** A member with a certificate of the given times. */
    public TestIdentity member(Instant notBefore, Instant notAfter, Role... roles) {
        KeyPair key = newKey();
        TestIdentity made = new TestIdentity(this, key, certify(key, notBefore, notAfter, roles));
        members.add(made);
        return made;
    }

    /**
     * Revokes {@code node}; every member of this mesh knows at once, and its listeners run here.
     */
    public void revoke(NodeId node) {
        synchronized (this) {
            revoked.add(node.hex());
            revocationNumber++;
        }
        members.forEach(TestIdentity::changed);
    }

    /** A new certificate for the same key; {@link TestIdentity#renewed} makes a member use it. */
    X509Certificate certify(KeyPair key, Instant from, Instant to, Role... roles) {
        NodeId node = NodeId.of(key.getPublic());
        Set<Role> all = new TreeSet<>(Set.of(roles));
        all.add(Role.MEMBER);
        String names =
                all.stream()
                        .map(role -> role.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(","));
        String uri = "peeredge:mesh/" + meshId + "/node/" + node.hex() + "?roles=" + names;
        return sign(
                new X500Name("CN=" + node.hex()),
                key.getPublic(),
                from,
                to,
                builder -> {
                    builder.addExtension(
                            Extension.basicConstraints, true, new BasicConstraints(false));
                    builder.addExtension(
                            Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                    builder.addExtension(
                            Extension.extendedKeyUsage,
                            false,
                            new ExtendedKeyUsage(
                                    new KeyPurposeId[] {
                                        KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth
                                    }));
                    builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(
                                    new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
                });
    }

    Clock clock() {
        return clock;
    }

    X509Certificate authority() {
        return authority;
    }

    synchronized boolean isRevoked(NodeId node) {
        return revoked.contains(node.hex());
    }

    synchronized long revocationNumber() {
        return revocationNumber;
    }

    synchronized String revocationText() {
        return revocationNumber + "\n" + String.join("\n", revoked);
    }

    /** The authority's signature over {@code data}. */
    byte[] sign(byte[] data) {
        return TestIdentity.sign(authorityKey.getPrivate(), data);
    }

    private X509Certificate certifyAuthority() {
        return sign(
                authorityName(),
                authorityKey.getPublic(),
                clock.now().minus(Duration.ofMinutes(5)),
                clock.now().plus(Duration.ofDays(3650)),
                builder -> {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
                    builder.addExtension(
                            Extension.keyUsage,
                            true,
                            new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                });
    }

    private X500Name authorityName() {
        return new X500Name("CN=mesh " + meshId.substring(0, 16));
    }

    private synchronized X509Certificate sign(
            X500Name subject, PublicKey key, Instant from, Instant to, Extensions extensions) {
        try {
            X509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            authorityName(),
                            BigInteger.valueOf(serial++),
                            Date.from(from),
                            Date.from(to),
                            subject,
                            key);
            extensions.add(builder);
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(authorityKey.getPrivate())));
        } catch (Exception e) {
            throw new IllegalStateException("the test certificate could not be made", e);
        }
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime makes no P-256 keys", e);
        }
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    private interface Extensions {
        void add(X509v3CertificateBuilder builder) throws Exception;
    }
}
