// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.function.DoubleSupplier;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What routing counts. Safe for use by many threads. */
final class RoutingCounters {
    final Counter byStrategy;
    final Counter byPrevious;
    final Counter byEven;
    final Counter threw;
    final Counter invalid;
    final Counter late;
    final Counter hung;
    final Counter leaked;
    final Counter refused;
    final Counter dropped;
    final Counter trips;
    final Counter changes;
    final Counter fleetChanged;
    final Counter fleetRolledBack;
    final Counter fleetFailed;
    final Counter fleetRefused;

    private final MetricScope scope;

    RoutingCounters(MetricScope scope) {
        this.scope = scope;
        byStrategy = plans("strategy");
        byPrevious = plans("previous");
        byEven = plans("even");
        threw = failures("threw");
        invalid = failures("invalid");
        late = failures("late");
        hung = failures("hung");
        leaked = failures("leaked");
        refused = failures("queue_full");
        dropped =
                scope.counter(
                        "peeredge_routing_dropped_shares_total",
                        "Shares of plans that named a node which was not in the view.");
        trips =
                scope.counter(
                        "peeredge_routing_strategy_trips_total",
                        "Strategies tripped off because they threw, gave bad plans, hung or leaked.");
        changes =
                scope.counter(
                        "peeredge_routing_strategy_changes_total",
                        "Changes of the strategy in force.");
        fleetChanged = fleet("changed");
        fleetRolledBack = fleet("rolled_back");
        fleetFailed = fleet("failed");
        fleetRefused = fleet("refused");
    }

    /** Threads lost to strategies that do not return. */
    void abandonedThreads(DoubleSupplier value) {
        scope.gauge(
                "peeredge_routing_abandoned_threads",
                "Threads that a hanging strategy still holds.",
                value);
    }

    private Counter plans(String by) {
        return scope.counter(
                "peeredge_routing_plans_total",
                "Plans given, by who made them: the strategy in force, the one before it, or the"
                        + " built-in even plan.",
                "by",
                by);
    }

    private Counter failures(String reason) {
        return scope.counter(
                "peeredge_routing_plan_failures_total",
                "Plans that a strategy failed to give.",
                "reason",
                reason);
    }

    private Counter fleet(String outcome) {
        return scope.counter(
                "peeredge_routing_fleet_commands_total",
                "Strategy changes that other members commanded, by outcome.",
                "outcome",
                outcome);
    }
}
