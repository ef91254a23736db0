// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.node.MovingClock;
import org.peeredge.kernel.node.trust.MembershipCheck.Refusal;

class CertificatesTest {
    private final Clock clock = new MovingClock();
    private final NodeKey ca = new NodeKey(P256.generate());
    private final NodeKey node = new NodeKey(P256.generate());
    private final String meshId = P256.meshId(ca.open());
    private final X509Certificate authority = Certificates.authority(ca, clock.now());
    private final List<Refusal> refusals = new ArrayList<>();

    private X509Certificate member(String uri) {
        return signed(node, uri, clock.now().plus(Duration.ofDays(7)));
    }

    private X509Certificate signed(NodeKey holder, String uri, Instant end) {
        return Certificates.signed(
                authority, ca.secret(), holder.open(), "x", uri, clock.now(), end);
    }

    private String uri(NodeId of) {
        return new MeshName(meshId, of, Set.of(Role.MEMBER)).uri();
    }

    private MembershipCheck check(Path folder) {
        return new MembershipCheck(
                ca.open(),
                Revocations.load(folder.resolve("none"), ca.open(), Runnable::run),
                clock,
                refusals::add);
    }

    @Test
    void theChainIsSoundForPkixWhichKnowsNothingOfUs() throws Exception {
        X509Certificate leaf = member(uri(node.id()));
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
        PKIXParameters rules = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
        rules.setRevocationEnabled(false);
        rules.setDate(Date.from(clock.now()));
        CertPathValidator.getInstance("PKIX").validate(path, rules);
        assertEquals(0, authority.getBasicConstraints());
        assertEquals(-1, leaf.getBasicConstraints());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), leaf.getExtendedKeyUsage());
        assertEquals(clock.now().minus(Duration.ofMinutes(5)), leaf.getNotBefore().toInstant());
        assertEquals(
                authority.getNotAfter(), signed(node, uri(node.id()), Instant.MAX).getNotAfter());
        assertTrue(leaf.getSerialNumber().signum() > 0);
    }

    @Test
    void namesAreReadBackAndUnknownRolesGrantNothing() {
        MeshName name = new MeshName(meshId, node.id(), EnumSet.allOf(Role.class));
        assertEquals(
                "peeredge:mesh/" + meshId + "/node/" + node.id() + "?roles=member,origin,operator",
                name.uri());
        assertEquals(name, MeshName.of(member(name.uri())).orElseThrow());
        String newer = uri(node.id()) + ",emperor";
        assertEquals(Set.of(Role.MEMBER), MeshName.of(member(newer)).orElseThrow().roles());
        String without = uri(node.id()).replace("=member", "=origin");
        assertTrue(MeshName.of(member(without)).isEmpty());
    }

    @Test
    void eachCheckIsNamed(@TempDir Path folder) throws Exception {
        MembershipCheck check = check(folder);
        assertEquals(node.id(), check.check(member(uri(node.id()))).node());
        refuse(check, MeshName.doorUri(meshId), Refusal.NAME);
        refuse(check, uri(ca.id()), Refusal.NAME);
        refuse(check, uri(node.id()).replace(meshId, "0".repeat(64)), Refusal.NAME);
        refuse(check, authority, Refusal.NAME);
        refuse(check, Certificates.selfSigned(node, clock.now()), Refusal.SIGNATURE);
        refuse(check, signed(node, uri(node.id()), clock.now().minusSeconds(1)), Refusal.TIME);
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        var weak = rsa.generateKeyPair();
        refuse(
                check,
                Certificates.signed(
                        authority,
                        ca.secret(),
                        weak.getPublic(),
                        "x",
                        uri(NodeId.of(weak.getPublic())),
                        clock.now(),
                        Instant.MAX),
                Refusal.KEY);
        byte[] der = Certificates.encode(member(uri(node.id())));
        for (int i = 0; i < der.length; i += 7) {
            byte[] bent = der.clone();
            bent[i] ^= 1;
            assertThrows(NeverException.class, () -> check.check(bent));
        }
        assertThrows(NeverException.class, () -> check.check(new byte[100_000]));
    }

    private void refuse(MembershipCheck check, String uri, Refusal reason) {
        refuse(check, member(uri), reason);
    }

    private void refuse(MembershipCheck check, X509Certificate certificate, Refusal reason) {
        refusals.clear();
        assertThrows(NeverException.class, () -> check.check(certificate));
        assertThrows(NeverException.class, () -> check.check(Certificates.encode(certificate)));
        assertEquals(List.of(reason, reason), refusals);
    }

    @Test
    void theBundleNeedsNoMoreOfBouncyCastleThanItCarries() throws Exception {
        URL classes = NodeKey.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader bundle = new Carried(classes)) {
            Class<?> keys = bundle.loadClass(NodeKey.class.getName());
            assertNotSame(NodeKey.class, keys);
            Object key =
                    keys.getConstructor(java.security.KeyPair.class).newInstance(P256.generate());
            Object made =
                    bundle.loadClass(Certificates.class.getName())
                            .getMethod("authority", keys, Instant.class)
                            .invoke(null, key, clock.now());
            Object open = keys.getMethod("open").invoke(key);
            Object secret = keys.getMethod("secret").invoke(key);
            byte[] leaf =
                    ((X509Certificate)
                                    bundle.loadClass(Certificates.class.getName())
                                            .getMethod(
                                                    "signed",
                                                    X509Certificate.class,
                                                    java.security.PrivateKey.class,
                                                    java.security.PublicKey.class,
                                                    String.class,
                                                    String.class,
                                                    Instant.class,
                                                    Instant.class)
                                            .invoke(
                                                    null,
                                                    made,
                                                    secret,
                                                    open,
                                                    "x",
                                                    uri(node.id()),
                                                    clock.now(),
                                                    Instant.MAX))
                            .getEncoded();
            assertArrayEquals(leaf, Certificates.encode(Certificates.parse(leaf)));
        }
    }

    /** Takes our classes and Bouncy Castle's from the bundle alone. */
    private static final class Carried extends URLClassLoader {
        Carried(URL classes) {
            super(new URL[] {classes}, CertificatesTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.bouncycastle.")
                    && !name.startsWith("org.peeredge.kernel.node.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
