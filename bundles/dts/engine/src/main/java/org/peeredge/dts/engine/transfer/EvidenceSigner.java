// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.engine.evidence.Finding;
import org.peeredge.dts.engine.evidence.Finding.Standing;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Evidence.Witness;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/** Signs accusations, and checks the signatures in evidence. For workers: it costs CPU time. */
final class EvidenceSigner {
    /** An accusation of another time is not heard: so old ones cannot be told again and again. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    private final Identity identity;
    private final Clock clock;

    EvidenceSigner(Identity identity, Clock clock) {
        this.identity = identity;
        this.clock = clock;
    }

    /** Signs an accusation with this node's key. */
    Event sign(Action.SignAccusation a) {
        try {
            long now = clock.now().getEpochSecond();
            byte[] statement =
                    Evidence.Accusation.statement(a.digest(), a.accused(), a.piece(), now);
            Evidence accusation =
                    new Evidence.Accusation(
                            a.piece(),
                            now,
                            identity.chain().getFirst().getEncoded(),
                            identity.sign(statement));
            return new Event.AccusationSigned(
                    new Message.Against(a.digest(), a.accused(), accusation));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("our own certificate cannot be encoded", e);
        }
    }

    /** There was no time to look: nothing is said. */
    static Event unchecked(Action.CheckEvidence a) {
        return new Event.EvidenceChecked(a.from(), a.evidence(), nothing(a.evidence().accused()));
    }

    private static Finding nothing(NodeId accused) {
        return new Finding(Standing.UNKNOWN, accused, Set.of(), false);
    }

    /** Checks who signed what. */
    Event check(Action.CheckEvidence a) {
        return new Event.EvidenceChecked(a.from(), a.evidence(), finding(a.evidence()));
    }

    private Finding finding(Message.Against m) {
        Membership by;
        try {
            by = identity.check(m.evidence().certificate());
        } catch (NeverException e) {
            return nothing(m.accused()); // expired, revoked or foreign: known here, maybe not there
        }
        boolean accusation = m.evidence() instanceof Evidence.Accusation;
        if (!accusation && !by.node().equals(m.accused())) {
            return new Finding(Standing.FALSE, by.node(), Set.of(), false);
        }
        return switch (m.evidence()) {
            case Evidence.Accusation e -> {
                boolean good =
                        identity.verify(
                                by,
                                Evidence.Accusation.statement(
                                        m.digest(), m.accused(), e.piece(), e.epochSecond()),
                                e.signature());
                Standing standing = good && !fresh(e) ? Standing.UNKNOWN : standing(good);
                yield new Finding(standing, by.node(), Set.of(), false);
            }
            case Evidence.FalseMap e -> {
                byte[] statement = PieceMap.statement(m.digest(), e.sizeBytes(), e.root());
                boolean good = identity.verify(by, statement, e.signature().signature());
                yield witnessed(
                        m.digest(), by.node(), standing(good), e.witness().stream().toList());
            }
            case Evidence.FalseClaim e -> {
                byte[] statement = e.claim().statement(m.digest(), e.sizeBytes());
                boolean good = identity.verify(by, statement, e.claim().signature());
                yield witnessed(
                        m.digest(), by.node(), standing(good), e.witness().stream().toList());
            }
        };
    }

    private boolean fresh(Evidence.Accusation e) {
        long age = clock.now().getEpochSecond() - e.epochSecond();
        return Math.abs(age) <= FRESH.toSeconds();
    }

    private static Standing standing(boolean good) {
        return good ? Standing.GOOD : Standing.FALSE;
    }

    private Finding witnessed(Digest digest, NodeId by, Standing standing, List<Witness> witness) {
        Set<NodeId> witnesses = new LinkedHashSet<>();
        boolean origin = false;
        for (Witness w : witness) {
            byte[] statement = PieceMap.statement(digest, w.sizeBytes(), w.root());
            for (MapSignature s : w.signatures()) {
                try {
                    Membership member = identity.check(s.certificate());
                    if (identity.verify(member, statement, s.signature())) {
                        witnesses.add(member.node());
                        origin |= member.has(Role.ORIGIN);
                    }
                } catch (NeverException e) {
                    // Expired, revoked or foreign: its word does not count.
                }
            }
        }
        return new Finding(standing, by, witnesses, origin);
    }
}
