// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.Optional;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.dts.engine.swarm.Event;

/** Signs and checks what members state, beside the loop, a blob at a time. */
final class Signatures {
    private final StoreWork work;
    private final ClaimSigner claims;
    private final EvidenceSigner evidence;

    Signatures(StoreWork work, ClaimSigner claims, EvidenceSigner evidence) {
        this.work = work;
        this.claims = claims;
        this.evidence = evidence;
    }

    void sign(Action.SignClaim a) {
        work.atOnce(
                a.digest(),
                () -> Optional.of(claims.sign(a)),
                new Event.ClaimUnsigned(a.digest(), a.pieces()));
    }

    void check(Action.CheckClaims a) {
        work.atOnce(
                a.message().digest(), () -> Optional.of(claims.check(a)), ClaimSigner.unchecked(a));
    }

    /** Where there is no time it is not told. */
    void sign(Action.SignAccusation a) {
        work.atOnce(a.digest(), () -> Optional.of(evidence.sign(a)), new Event.Tick());
    }

    void check(Action.CheckEvidence a) {
        work.atOnce(
                a.evidence().digest(),
                () -> Optional.of(evidence.check(a)),
                EvidenceSigner.unchecked(a));
    }
}
