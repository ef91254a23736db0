// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.util.Set;
import org.peeredge.kernel.api.NodeId;

/**
 * What holds now, for the machine.
 *
 * @param metered members that are reached over a metered link
 * @param upstreamMetered whether upstreams are
 * @param wan what may go over the WAN
 * @param wanWhy why not all; empty when all
 */
public record Standing(
        Rates rates, Set<NodeId> metered, boolean upstreamMetered, Access wan, String wanWhy) {
    /** Nothing is limited. */
    public static final Standing FREE = new Standing(Rates.NONE, Set.of(), false, Access.ALL, "");

    /** What may go over the WAN. */
    public enum Access {
        /** Everything. */
        ALL,
        /** What somebody waits for. */
        FOREGROUND,
        /** Nothing. */
        NONE
    }

    /** Copies the set. */
    public Standing {
        metered = Set.copyOf(metered);
    }
}
