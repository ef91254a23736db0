// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/**
 * A signed word that copies are not wanted any more, by their owner or by an operator. Anyone may
 * pass it on: a keeper that was away hears it from those that were there.
 *
 * @param owner whose wish ended; empty, by an operator only: everybody's
 * @param version ends wishes up to that one
 * @param certificate of the signer, DER, in Base64
 * @param signature over the other words, in Base64
 */
record Release(
        Digest manifest,
        Optional<NodeId> owner,
        long version,
        String certificate,
        String signature) {
    private static final String ANYBODY = "*";
    private static final int MAX_TEXT = 8_192;

    Release {
        if (certificate.length() > MAX_TEXT || signature.length() > MAX_TEXT) {
            throw new IllegalArgumentException("a release too long");
        }
    }

    /** Signs one. */
    static Release sign(Identity identity, Digest manifest, @Nullable NodeId owner, long version) {
        Base64.Encoder base64 = Base64.getEncoder();
        try {
            return new Release(
                    manifest,
                    Optional.ofNullable(owner),
                    version,
                    base64.encodeToString(identity.chain().getFirst().getEncoded()),
                    base64.encodeToString(identity.sign(said(manifest, owner, version))));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("this node's own certificate cannot be encoded", e);
        }
    }

    /** Whether who signed it may say so. */
    boolean valid(Identity identity) {
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            Membership by = identity.check(base64.decode(certificate));
            boolean may = by.has(Role.OPERATOR) || owner.filter(by.node()::equals).isPresent();
            return may
                    && identity.verify(
                            by,
                            said(manifest, owner.orElse(null), version),
                            base64.decode(signature));
        } catch (IllegalArgumentException | PeerEdgeException e) {
            return false;
        }
    }

    /** Whether it ends that wish. */
    boolean ends(Item item) {
        return item.id().manifest().equals(manifest)
                && owner.filter(o -> !o.equals(item.id().owner())).isEmpty()
                && item.version() <= version;
    }

    /** The name under which it is remembered. */
    String key() {
        return manifest + "/" + ownerText(owner.orElse(null));
    }

    Lines addTo(Lines lines) {
        return lines.add(
                "release",
                manifest,
                ownerText(owner.orElse(null)),
                version,
                certificate,
                signature);
    }

    /** Reads the words of a line. */
    static Release read(String[] w) {
        return new Release(
                Digest.parse(w[1]),
                w[2].equals(ANYBODY) ? Optional.empty() : Optional.of(new NodeId(w[2])),
                Long.parseLong(w[3]),
                w[4],
                w[5]);
    }

    private static String ownerText(@Nullable NodeId owner) {
        return owner == null ? ANYBODY : owner.hex();
    }

    private static byte[] said(Digest manifest, @Nullable NodeId owner, long version) {
        String text =
                String.join(
                        " ", Lines.FIRST, "release", "" + manifest, ownerText(owner), "" + version);
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
