// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

import java.util.Set;
import org.peeredge.kernel.api.NodeId;

/**
 * What the signatures in a piece of evidence are worth.
 *
 * @param standing of what the accused, or the accuser, has signed
 * @param by who signed that; of no meaning unless {@link Standing#GOOD}
 * @param witnesses members whose signature under the witness's map is good
 * @param origin whether one of them has the role origin
 */
public record Finding(Standing standing, NodeId by, Set<NodeId> witnesses, boolean origin) {
    /** Copies the set. */
    public Finding {
        witnesses = Set.copyOf(witnesses);
    }

    /** Signed or not. */
    public enum Standing {
        /** Signed by a member. */
        GOOD,
        /** Not signed by whom it names: nobody who had looked would have passed it on. */
        FALSE,
        /** Nothing can be said: expired, revoked, of another time, or not looked at. */
        UNKNOWN
    }
}
