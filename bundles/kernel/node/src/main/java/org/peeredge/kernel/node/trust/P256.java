// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** ECDSA on P-256 with SHA-256, by the JDK (FIPS 186-5; keys encoded as in RFC 5480). */
public final class P256 {
    /** SubjectPublicKeyInfo of an uncompressed P-256 point up to the point's x (RFC 5480, 2). */
    private static final byte[] SPKI_PREFIX =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

    private static final int SPKI_BYTES = 91;

    private P256() {}

    /** A new key pair. */
    public static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), new SecureRandom());
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** Whether {@code key} lies on P-256. */
    public static boolean isP256(PublicKey key) {
        byte[] spki = key.getEncoded();
        return spki != null
                && spki.length == SPKI_BYTES
                && Arrays.equals(spki, 0, SPKI_PREFIX.length, SPKI_PREFIX, 0, SPKI_PREFIX.length);
    }

    /** Both halves from PKCS #8 and SubjectPublicKeyInfo; they must belong together. */
    public static KeyPair decode(byte[] pkcs8, byte[] spki) throws GeneralSecurityException {
        KeyFactory factory = KeyFactory.getInstance("EC");
        PrivateKey secret = factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        PublicKey open = factory.generatePublic(new X509EncodedKeySpec(spki));
        byte[] probe = {1, 2, 3};
        if (!isP256(open) || !verify(open, probe, sign(secret, probe))) {
            throw new GeneralSecurityException(
                    "the private and the public key do not belong together");
        }
        return new KeyPair(open, secret);
    }

    /** A DER-encoded signature over {@code data}. */
    public static byte[] sign(PrivateKey key, byte[] data) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(data);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** Whether {@code signature} fits; bytes that are no signature at all do not. */
    public static boolean verify(PublicKey key, byte[] data, byte[] signature) {
        try {
            Signature check = Signature.getInstance("SHA256withECDSA");
            check.initVerify(key);
            check.update(data);
            return check.verify(signature);
        } catch (SignatureException _) {
            return false;
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** SHA-256. */
    public static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** The name of the mesh whose authority holds {@code key}. */
    public static String meshId(PublicKey key) {
        return HexFormat.of().formatHex(sha256(key.getEncoded()));
    }

    private static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("this Java runtime cannot do ECDSA on P-256", e);
    }
}
