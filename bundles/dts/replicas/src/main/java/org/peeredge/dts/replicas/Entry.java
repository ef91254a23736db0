// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.kernel.api.NodeId;

/**
 * What this node knows of one item. Changed under the ledger's lock, but for {@code failures},
 * which is the fetching thread's.
 */
final class Entry {
    /** Failed rounds after which a copy that cannot be fetched is given up. */
    static final int MAX_FAILURES = 5;

    /** Rounds without being asked for after which a lease may end, whatever the clock says. */
    static final int SILENT_ROUNDS = 3;

    volatile Item item;

    /** Whether this node wants the copies. */
    final boolean own;

    /** Whether its operator said so, and not a publication. */
    boolean pinned;

    /** Whether an origin asked for it: then its names are believed where only origins are. */
    boolean fromOrigin;

    /** When the lease ends, milliseconds since the epoch; the last time that is on disk. */
    long untilMillis;

    long savedUntilMillis;

    /** The other members that keep it, and when each was seen last, in the clock's nanoseconds. */
    final Map<NodeId, Long> keepers = new HashMap<>();

    /** Whether this node looks after the copies, since the last round. */
    boolean acting;

    /** It is to be let go of: others are told that it is not here. */
    volatile boolean leaving;

    int silentRounds;
    int failures;
    volatile String trouble = "";

    Entry(Item item, boolean own) {
        this.item = item;
        this.own = own;
    }

    Set<Digest> digests() {
        Set<Digest> all = new HashSet<>();
        for (Part part : item.parts()) {
            all.add(part.digest());
        }
        return all;
    }
}
