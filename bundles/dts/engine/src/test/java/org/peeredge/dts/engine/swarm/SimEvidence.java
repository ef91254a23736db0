// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.peeredge.dts.api.MapSignature;
import org.peeredge.dts.engine.evidence.Finding;
import org.peeredge.dts.engine.evidence.Finding.Standing;
import org.peeredge.dts.engine.wire.Claim;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;

/** Simulated signatures: a certificate names its node; a signature of one byte is forged. */
final class SimEvidence {
    static final byte[] FORGED = {1};

    private SimEvidence() {}

    static Event signed(SimNode node, Action.SignClaim a) {
        return new Event.ClaimSigned(
                a.digest(),
                new Claim(
                        a.upstream(),
                        a.pieces(),
                        a.hashes(),
                        SimContent.signature(node.id).certificate(),
                        node.forges ? FORGED : new byte[0]));
    }

    static Event checked(Action.CheckClaims a) {
        List<Event.Claimed> good = new ArrayList<>();
        boolean forged = false;
        for (Claim claim : a.message().claims()) {
            NodeId by = SimContent.signer(new MapSignature(claim.certificate(), new byte[0]));
            if (claim.signature().length == 0) {
                good.add(new Event.Claimed(by, claim, true));
            } else {
                forged |= by.equals(a.from());
            }
        }
        return new Event.ClaimsChecked(
                a.from(), a.message().digest(), a.message().sizeBytes(), good, forged);
    }

    static Event signed(SimNode node, Action.SignAccusation a) {
        return new Event.AccusationSigned(
                new Message.Against(
                        a.digest(), a.accused(), accusation(node.id, a.piece(), new byte[0])));
    }

    static Evidence accusation(NodeId by, int piece, byte[] signature) {
        byte[] certificate = SimContent.signature(by).certificate();
        return new Evidence.Accusation(piece, 0, certificate, signature);
    }

    static Event checked(SwarmSim sim, Action.CheckEvidence a) {
        Message.Against m = a.evidence();
        NodeId by = SimContent.signer(new MapSignature(m.evidence().certificate(), new byte[0]));
        Set<NodeId> witnesses = new LinkedHashSet<>();
        byte[] signature =
                switch (m.evidence()) {
                    case Evidence.Accusation e -> e.signature();
                    case Evidence.FalseMap e -> {
                        e.witness().ifPresent(w -> signers(w, witnesses));
                        yield e.signature().signature();
                    }
                    case Evidence.FalseClaim e -> {
                        e.witness().ifPresent(w -> signers(w, witnesses));
                        yield e.claim().signature();
                    }
                };
        boolean accusation = m.evidence() instanceof Evidence.Accusation;
        boolean good = signature.length == 0 && (accusation || by.equals(m.accused()));
        boolean origin = witnesses.stream().anyMatch(w -> sim.byId(w).roles.contains(Role.ORIGIN));
        return new Event.EvidenceChecked(
                a.from(),
                m,
                new Finding(good ? Standing.GOOD : Standing.FALSE, by, witnesses, origin));
    }

    private static void signers(Evidence.Witness witness, Set<NodeId> into) {
        for (MapSignature s : witness.signatures()) {
            if (s.signature().length == 0) {
                into.add(SimContent.signer(s));
            }
        }
    }
}
