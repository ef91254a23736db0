// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.TransferView;

/** Holds a strategy's plan against the view that it was made for. */
final class PlanCheck {
    /** A larger window would let one transfer fill the memory that is meant for all. */
    static final int MAX_WINDOW_BYTES = 64 << 20;

    private PlanCheck() {}

    /**
     * A plan and what had to be taken out of it.
     *
     * @param droppedShares shares for nodes that are not in the view
     */
    record Checked(Plan plan, int droppedShares) {}

    /**
     * Drops shares for strangers and for this node, bounds windows and the number of shares.
     *
     * @throws BadPlanException when nothing usable is left although there are peers
     */
    static Checked check(@Nullable Plan plan, TransferView view) {
        if (plan == null) {
            throw new BadPlanException("the strategy gave null instead of a plan");
        }
        Set<NodeId> known = view.peers().stream().map(PeerView::node).collect(Collectors.toSet());
        known.remove(view.self());
        List<Plan.Share> kept = new ArrayList<>();
        int dropped = 0;
        for (Plan.Share share : plan.shares()) {
            if (!known.contains(share.node())) {
                dropped++;
            } else if (kept.size() < EvenPlan.MAX_SHARES) {
                kept.add(bounded(share));
            }
        }
        if (kept.isEmpty() && !known.isEmpty()) {
            throw new BadPlanException(
                    "the plan names none of the " + known.size() + " peers of the view");
        }
        return new Checked(new Plan(kept), dropped);
    }

    private static Plan.Share bounded(Plan.Share share) {
        return share.windowBytes() <= MAX_WINDOW_BYTES
                ? share
                : new Plan.Share(share.node(), share.weight(), MAX_WINDOW_BYTES);
    }

    /** A plan that cannot be used. */
    static final class BadPlanException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadPlanException(String message) {
            super(message);
        }
    }
}
