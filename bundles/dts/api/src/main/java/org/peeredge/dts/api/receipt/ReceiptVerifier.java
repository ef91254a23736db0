// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.receipt;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.peeredge.kernel.api.NodeId;

/**
 * Checks receipts as a third party: whoever has the authority's public key needs nothing else. Says
 * nothing of revocations, which a third party has to look up by itself.
 */
public final class ReceiptVerifier {
    /** How far the clocks of members may be apart. */
    private static final Duration SKEW = Duration.ofHours(1);

    private ReceiptVerifier() {}

    /**
     * Checks receipts of one pair in the order of {@link Receipts#export}: each signature and
     * certificate, the taker's certificate at the time that the entry says, and that entries of one
     * chain fit each other. Numbers may be missing; totals must have grown by then.
     *
     * @param authority the key of the mesh's authority
     * @return what is wrong with the first that is not good; empty when all are
     */
    public static Optional<String> check(List<Receipt> receipts, PublicKey authority) {
        Delivery before = null;
        for (Receipt receipt : receipts) {
            Delivery d = receipt.delivery();
            Optional<String> problem = check(receipt, authority);
            if (problem.isEmpty() && before != null) {
                problem = order(before, d);
            }
            if (problem.isPresent()) {
                return Optional.of(
                        "entry " + d.number() + " of " + d.epoch() + ": " + problem.get());
            }
            before = d;
        }
        return Optional.empty();
    }

    /** Checks that the taker has signed two different entries of one number. */
    public static Optional<String> check(Fork fork, PublicKey authority) {
        Delivery kept = fork.kept().delivery();
        Delivery other = fork.other();
        if (!kept.sameChain(other)
                || kept.number() != other.number()
                || java.util.Arrays.equals(kept.hash(), other.hash())) {
            return Optional.of("they do not contradict each other");
        }
        Optional<String> problem = check(fork.kept(), authority);
        return problem.isPresent()
                ? problem
                : signed(
                        other.taker(),
                        fork.otherCertificate(),
                        other.statement(),
                        fork.otherSignature(),
                        authority,
                        other.atMillis());
    }

    private static Optional<String> check(Receipt receipt, PublicKey authority) {
        Delivery d = receipt.delivery();
        if (d.number() == 1 && !d.first()) {
            return Optional.of("the first of a chain has something before it");
        }
        Optional<String> taker =
                signed(
                        d.taker(),
                        receipt.takerCertificate(),
                        d.statement(),
                        receipt.takerSignature(),
                        authority,
                        d.atMillis());
        // The giver may have been away for days before it countersigned.
        return taker.isPresent()
                ? taker
                : signed(
                        d.giver(),
                        receipt.giverCertificate(),
                        d.counterStatement(),
                        receipt.giverSignature(),
                        authority,
                        Long.MAX_VALUE);
    }

    private static Optional<String> order(Delivery before, Delivery d) {
        if (!d.giver().equals(before.giver()) || !d.taker().equals(before.taker())) {
            return Optional.of("it is of another pair");
        }
        if (d.epoch() > before.epoch()) {
            return Optional.empty();
        }
        boolean next = d.number() == before.number() + 1;
        boolean fits =
                next
                        ? d.follows(before)
                        : d.sameChain(before)
                                && d.number() > before.number()
                                && d.bytes() - d.addedBytes() > before.bytes()
                                && d.pieces() - d.addedPieces() >= before.pieces();
        return fits ? Optional.empty() : Optional.of("it does not follow the one before");
    }

    private static Optional<String> signed(
            NodeId node,
            byte[] certificate,
            byte[] statement,
            byte[] signature,
            PublicKey authority,
            long atMillis) {
        try {
            X509Certificate c =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(certificate));
            c.verify(authority);
            if (!NodeId.of(c.getPublicKey()).equals(node)) {
                return Optional.of("the certificate is not of node " + node);
            }
            if (atMillis != Long.MAX_VALUE && !covers(c, Instant.ofEpochMilli(atMillis))) {
                return Optional.of("the certificate of " + node + " did not hold at that time");
            }
            Signature check = Signature.getInstance("SHA256withECDSA");
            check.initVerify(c.getPublicKey());
            check.update(statement);
            return check.verify(signature)
                    ? Optional.empty()
                    : Optional.of("it is not signed by node " + node);
        } catch (GeneralSecurityException e) {
            return Optional.of("the signature of node " + node + " is not good: " + e.getMessage());
        }
    }

    private static boolean covers(X509Certificate c, Instant at) {
        return !at.isBefore(c.getNotBefore().toInstant().minus(SKEW))
                && !at.isAfter(c.getNotAfter().toInstant().plus(SKEW));
    }
}
