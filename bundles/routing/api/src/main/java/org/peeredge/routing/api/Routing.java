// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * Routing decisions, and the choice of the strategy that makes them. Safe for use by many threads;
 * nothing blocks.
 */
@ProviderType
public interface Routing {
    /**
     * Asks the strategy in force. Always completes with a plan, within the configured time: when
     * the strategy fails, it is tripped off and the built-in even plan is given.
     */
    CompletionStage<Plan> plan(TransferView view);

    /** The strategies present. */
    List<StrategyInfo> strategies();

    /** The type in force. */
    String strategy();

    /**
     * Puts another strategy in force: checks it on a probe view first, remembers the choice in the
     * configuration, and goes back to the one before when the check fails. Running transfers follow
     * at their next plan.
     *
     * @return the change; fails with {@code NeverException} when there is no such strategy or its
     *     check fails
     */
    CompletionStage<Change> use(String type);

    /**
     * Does {@link #use} on other members; this node must have the role operator.
     *
     * @param selector {@code all}, a node id or the beginning of one, {@code role:origin}, or
     *     several with commas
     */
    CompletionStage<List<NodeChange>> use(String type, String selector);

    /**
     * One strategy.
     *
     * @param state {@code in force}, {@code ready}, or {@code tripped: why}
     */
    record StrategyInfo(String type, int ranking, String state) {}

    /** What was and what is. */
    record Change(String before, String after) {}

    /**
     * What happened on one member: {@code changed}, {@code rolled back: why}, {@code failed: why}.
     */
    record NodeChange(NodeId node, String before, String after, String outcome) {}
}
