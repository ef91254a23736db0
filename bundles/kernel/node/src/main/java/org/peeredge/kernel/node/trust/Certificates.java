// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.peeredge.kernel.api.NeverException;

/**
 * Writes and reads X.509 v3 certificates (RFC 5280). Bouncy Castle writes the ASN.1, the JDK signs:
 * so only its ASN.1 packages come along.
 */
public final class Certificates {
    /** How long an authority lives. */
    public static final Duration AUTHORITY_LIFE = Duration.ofDays(3652);

    /** Members whose clocks are late by less than this accept a fresh certificate. */
    public static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private static final Duration SELF_SIGNED_LIFE = Duration.ofDays(1);

    /** ecdsa-with-SHA256 (RFC 5758, 3.2). */
    private static final AlgorithmIdentifier ECDSA =
            new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.840.10045.4.3.2"));

    private Certificates() {}

    /** A new authority's own certificate: signs members, and nothing below them. */
    public static X509Certificate authority(NodeKey key, Instant now) {
        X500Name name =
                new X500Name("CN=PeerEdge mesh " + P256.meshId(key.open()).substring(0, 16));
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        add(extensions, Extension.basicConstraints, true, new BasicConstraints(0));
        add(
                extensions,
                Extension.keyUsage,
                true,
                new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        add(
                extensions,
                Extension.subjectKeyIdentifier,
                false,
                new SubjectKeyIdentifier(keyIdentifier(key.open())));
        return sign(
                name,
                name,
                key.open(),
                now.minus(CLOCK_SKEW),
                now.plus(AUTHORITY_LIFE),
                extensions,
                key.secret());
    }

    /**
     * A certificate signed by the authority.
     *
     * @param uri its only alternative name: {@link MeshName#uri} or {@link MeshName#doorUri}
     * @param notAfter shortened to the authority's own end
     */
    public static X509Certificate signed(
            X509Certificate authority,
            PrivateKey authorityKey,
            PublicKey holder,
            String commonName,
            String uri,
            Instant now,
            Instant notAfter) {
        Instant last = authority.getNotAfter().toInstant();
        ExtensionsGenerator extensions = leaf();
        add(
                extensions,
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
        add(
                extensions,
                Extension.authorityKeyIdentifier,
                false,
                authorityKeyIdentifier(authority.getPublicKey()));
        return sign(
                X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()),
                new X500Name("CN=" + commonName),
                holder,
                now.minus(CLOCK_SKEW),
                notAfter.isBefore(last) ? notAfter : last,
                extensions,
                authorityKey);
    }

    /** What a node shows at the door before it is a member: TLS then proves that it has the key. */
    public static X509Certificate selfSigned(NodeKey key, Instant now) {
        X500Name name = new X500Name("CN=" + key.id());
        return sign(
                name,
                name,
                key.open(),
                now.minus(SELF_SIGNED_LIFE),
                now.plus(SELF_SIGNED_LIFE),
                leaf(),
                key.secret());
    }

    /**
     * Reads one DER-encoded certificate.
     *
     * @throws NeverException when it is none, or bytes follow it
     */
    public static X509Certificate parse(byte[] der) {
        try {
            ByteArrayInputStream in = new ByteArrayInputStream(der);
            if (CertificateFactory.getInstance("X.509").generateCertificate(in)
                            instanceof X509Certificate certificate
                    && in.available() == 0) {
                return certificate;
            }
            throw new NeverException("no single X.509 certificate");
        } catch (CertificateException e) {
            throw new NeverException("no X.509 certificate: " + e.getMessage(), e);
        }
    }

    /** The DER encoding. */
    public static byte[] encode(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalStateException("a parsed certificate has no encoding", e);
        }
    }

    private static ExtensionsGenerator leaf() {
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        add(extensions, Extension.basicConstraints, true, new BasicConstraints(false));
        add(extensions, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        add(
                extensions,
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(
                        new KeyPurposeId[] {
                            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                        }));
        return extensions;
    }

    private static X509Certificate sign(
            X500Name issuer,
            X500Name subject,
            PublicKey holder,
            Instant notBefore,
            Instant notAfter,
            ExtensionsGenerator extensions,
            PrivateKey key) {
        try {
            V3TBSCertificateGenerator body = new V3TBSCertificateGenerator();
            body.setSerialNumber(new ASN1Integer(serial()));
            body.setSignature(ECDSA);
            body.setIssuer(issuer);
            body.setSubject(subject);
            body.setStartDate(new Time(Date.from(notBefore)));
            body.setEndDate(new Time(Date.from(notAfter)));
            body.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(holder.getEncoded()));
            body.setExtensions(extensions.generate());
            TBSCertificate signedPart = body.generateTBSCertificate();
            byte[] signature = P256.sign(key, signedPart.getEncoded(ASN1Encoding.DER));
            return parse(
                    new DERSequence(
                                    new ASN1Encodable[] {
                                        signedPart, ECDSA, new DERBitString(signature)
                                    })
                            .getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new IllegalStateException("the certificate cannot be encoded", e);
        }
    }

    private static void add(
            ExtensionsGenerator to,
            ASN1ObjectIdentifier id,
            boolean critical,
            ASN1Encodable value) {
        try {
            to.addExtension(id, critical, value);
        } catch (IOException e) {
            throw new IllegalStateException("the extension " + id + " cannot be encoded", e);
        }
    }

    /** RFC 5280, 4.2.1.1, by hand: Bouncy Castle's class wants its digests, which stay out. */
    private static ASN1Encodable authorityKeyIdentifier(PublicKey key) {
        return new DERSequence(
                new DERTaggedObject(false, 0, new DEROctetString(keyIdentifier(key))));
    }

    /** RFC 7093, 2, method 1. */
    private static byte[] keyIdentifier(PublicKey key) {
        return Arrays.copyOf(
                P256.sha256(
                        SubjectPublicKeyInfo.getInstance(key.getEncoded())
                                .getPublicKeyData()
                                .getBytes()),
                20);
    }

    /** Positive, at most 20 octets, unpredictable (RFC 5280, 4.1.2.2). */
    private static BigInteger serial() {
        return new BigInteger(127, new SecureRandom()).setBit(126);
    }
}
