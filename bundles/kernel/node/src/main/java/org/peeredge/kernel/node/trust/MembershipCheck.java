// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.trust;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.trust.Membership;

/**
 * Decides whether a certificate is a membership of one mesh now. What never changes (signature,
 * key, name) is remembered for the certificates seen last, since every signed map carries one; time
 * and revocation are looked at each time. Safe for use by many threads.
 */
public final class MembershipCheck {
    /** Why a certificate is refused. */
    public enum Refusal {
        /** No certificate, or one that cannot be read. */
        FORM,
        /** Another authority signed it. */
        SIGNATURE,
        /** Its key is not on P-256. */
        KEY,
        /** It names another mesh or node, or is no membership. */
        NAME,
        /** Not yet or no longer valid. */
        TIME,
        /** Its node is on the revocation list. */
        REVOKED
    }

    private static final int MAX_REMEMBERED = 1_024;
    private static final int MAX_CERTIFICATE_BYTES = 8 * 1024;

    private final PublicKey authority;
    private final String meshId;
    private final Revocations revocations;
    private final Clock clock;
    private final Consumer<Refusal> onRefusal;
    private final Map<ByteBuffer, Sound> remembered =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Sound> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    /** All of a certificate that does not change. */
    private record Sound(Membership membership, Instant notBefore) {}

    /** Checks against the mesh of {@code authority}; {@code onRefusal} counts, must not block. */
    public MembershipCheck(
            PublicKey authority,
            Revocations revocations,
            Clock clock,
            Consumer<Refusal> onRefusal) {
        this.authority = authority;
        this.meshId = P256.meshId(authority);
        this.revocations = revocations;
        this.clock = clock;
        this.onRefusal = onRefusal;
    }

    /** Checks a parsed certificate. */
    public Membership check(X509Certificate certificate) {
        return check(Certificates.encode(certificate), () -> certificate);
    }

    /** Checks an encoded certificate. */
    public Membership check(byte[] certificate) {
        if (certificate.length > MAX_CERTIFICATE_BYTES) {
            throw refuse(Refusal.FORM, certificate.length + " bytes are no certificate");
        }
        return check(
                certificate,
                () -> {
                    try {
                        return Certificates.parse(certificate);
                    } catch (NeverException e) {
                        onRefusal.accept(Refusal.FORM);
                        throw e;
                    }
                });
    }

    /** The error for {@code reason}, counted. */
    public NeverException refuse(Refusal reason, String text) {
        onRefusal.accept(reason);
        return new NeverException(text);
    }

    private Membership check(byte[] encoded, Supplier<X509Certificate> parsed) {
        ByteBuffer name = ByteBuffer.wrap(P256.sha256(encoded));
        Sound sound;
        synchronized (remembered) {
            sound = remembered.get(name);
        }
        if (sound == null) {
            sound = sound(parsed.get());
            synchronized (remembered) {
                remembered.put(name, sound);
            }
        }
        NodeId node = sound.membership.node();
        Instant now = clock.now();
        if (now.isBefore(sound.notBefore)) {
            throw refuse(
                    Refusal.TIME,
                    "the certificate of node "
                            + node
                            + " is not valid before "
                            + sound.notBefore
                            + ", and here it is "
                            + now
                            + ": check the clocks");
        }
        if (now.isAfter(sound.membership.notAfter())) {
            throw refuse(
                    Refusal.TIME,
                    "the certificate of node " + node + " ended at " + sound.membership.notAfter());
        }
        if (revocations.names(node)) {
            throw refuse(Refusal.REVOKED, "node " + node + " was revoked");
        }
        return sound.membership;
    }

    private Sound sound(X509Certificate certificate) {
        try {
            certificate.verify(authority);
        } catch (GeneralSecurityException e) {
            onRefusal.accept(Refusal.SIGNATURE);
            throw new NeverException(
                    "the authority of mesh "
                            + meshId.substring(0, 16)
                            + " did not sign the certificate",
                    e);
        }
        PublicKey key = certificate.getPublicKey();
        if (!P256.isP256(key)) {
            throw refuse(Refusal.KEY, "the certificate's key is not on P-256");
        }
        return new Sound(membership(certificate, key), certificate.getNotBefore().toInstant());
    }

    private Membership membership(X509Certificate certificate, PublicKey key) {
        Optional<MeshName> found = MeshName.of(certificate);
        @Nullable MeshName name = found.orElse(null);
        if (name == null || certificate.getBasicConstraints() >= 0) {
            throw refuse(Refusal.NAME, "the certificate is no membership");
        }
        if (!name.meshId().equals(meshId)) {
            throw refuse(Refusal.NAME, "the certificate names another mesh: " + name.meshId());
        }
        if (!name.node().equals(NodeId.of(key))) {
            throw refuse(
                    Refusal.NAME,
                    "the certificate names node " + name.node() + " but holds another key");
        }
        return new Membership(
                name.node(), name.roles(), key, certificate.getNotAfter().toInstant());
    }

    /** The refusal as a metric label. */
    public static String label(Refusal refusal) {
        return refusal.name().toLowerCase(Locale.ROOT);
    }
}
