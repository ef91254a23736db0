// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.Comparator;
import java.util.List;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * The built-in plan when no strategy gives one: every peer alike, those with fewer failures and
 * those in the LAN first, origins last. Cannot fail and needs no randomness.
 */
final class EvenPlan {
    /** What {@code strategy()} says while only this is left. */
    static final String TYPE = "even";

    /** No plan names more peers than this. */
    static final int MAX_SHARES = 256;

    private static final int WINDOW_BYTES = 1 << 20;

    private static final Comparator<PeerView> ORDER =
            Comparator.comparingInt(PeerView::failures)
                    .thenComparing(PeerView::origin)
                    .thenComparing(p -> !p.sameLan())
                    .thenComparing(PeerView::node);

    private EvenPlan() {}

    static Plan of(TransferView view) {
        List<Plan.Share> shares =
                view.peers().stream()
                        .filter(p -> !p.node().equals(view.self()))
                        .sorted(ORDER)
                        .map(PeerView::node)
                        .distinct()
                        .limit(MAX_SHARES)
                        .map(node -> new Plan.Share(node, 1, WINDOW_BYTES))
                        .toList();
        return new Plan(shares);
    }
}
