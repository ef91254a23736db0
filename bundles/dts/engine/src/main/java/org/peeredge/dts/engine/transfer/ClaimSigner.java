// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/** Signs what this node has read, and checks what others claim. For workers: it costs CPU time. */
final class ClaimSigner {
    private final Identity identity;

    ClaimSigner(Identity identity) {
        this.identity = identity;
    }

    /** Signs a claim with this node's key. */
    Event sign(Action.SignClaim a) {
        try {
            byte[] statement =
                    Claim.statement(
                            a.digest(), a.sizeBytes(), a.upstream(), a.pieces(), a.hashes());
            byte[] certificate = identity.chain().getFirst().getEncoded();
            Claim claim =
                    new Claim(
                            a.upstream(),
                            a.pieces(),
                            a.hashes(),
                            certificate,
                            identity.sign(statement));
            return new Event.ClaimSigned(a.digest(), claim);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("our own certificate cannot be encoded", e);
        }
    }

    /** There was no time to look at them: none counts. */
    static Event unchecked(Action.CheckClaims a) {
        Message.Claims message = a.message();
        return new Event.ClaimsChecked(
                a.from(), message.digest(), message.sizeBytes(), List.of(), false);
    }

    /** Keeps those that a member has signed. */
    Event check(Action.CheckClaims a) {
        Message.Claims message = a.message();
        Digest digest = message.digest();
        List<Event.Claimed> good = new ArrayList<>();
        boolean forged = false;
        for (Claim claim : message.claims()) {
            try {
                Membership by = identity.check(claim.certificate());
                byte[] statement = claim.statement(digest, message.sizeBytes());
                if (identity.verify(by, statement, claim.signature())) {
                    good.add(new Event.Claimed(by.node(), claim, true));
                } else {
                    forged |= by.node().equals(a.from());
                }
            } catch (NeverException e) {
                // Expired, revoked or foreign: its word does not count.
            }
        }
        return new Event.ClaimsChecked(
                a.from(), digest, message.sizeBytes(), List.copyOf(good), forged);
    }
}
