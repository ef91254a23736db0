// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.routing.api.Routing.StrategyInfo;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which strategy is in force. Only the choice is stored; what is in force follows from it and from
 * what is there and usable, so a strategy that arrives, leaves or is tripped off takes effect at
 * the next plan without anyone telling. Safe for use by many threads.
 */
final class Selection {
    private static final Logger LOG = LoggerFactory.getLogger(Selection.class);

    private final PluginSlots<RoutingStrategy> slots;
    private final RoutingCounters counters;
    private volatile Choice choice;
    private String announced;

    /**
     * A choice.
     *
     * @param wanted the type chosen
     * @param before the type chosen before, used while the wanted one is not usable; may be empty
     */
    record Choice(String wanted, String before) {
        Choice next(String type) {
            return type.equals(wanted) ? this : new Choice(type, wanted);
        }
    }

    Selection(PluginSlots<RoutingStrategy> slots, String wanted, RoutingCounters counters) {
        this.slots = slots;
        this.counters = counters;
        this.choice = new Choice(wanted, "");
        this.announced = EvenPlan.TYPE;
    }

    Choice choice() {
        return choice;
    }

    /** Puts another choice in force; the next plan follows it. */
    void choose(Choice next) {
        choice = next;
        announce();
    }

    /** The types to ask, best first. */
    List<String> order() {
        Choice now = choice;
        return now.before().isEmpty() ? List.of(now.wanted()) : List.of(now.wanted(), now.before());
    }

    Optional<Lease<RoutingStrategy>> lease(String type) {
        return slots.lease(type);
    }

    /** The type that makes the next plan. */
    String inForce() {
        return order().stream().filter(slots::usable).findFirst().orElse(EvenPlan.TYPE);
    }

    List<StrategyInfo> list() {
        String now = inForce();
        boolean seen = false;
        List<StrategyInfo> list = new ArrayList<>();
        for (PluginSlots.PluginInfo p : slots.list()) {
            String state = "ready";
            if (!p.usable()) {
                state = "tripped: " + p.tripReason();
            } else if (!seen && p.type().equals(now)) {
                seen = true;
                state = "in force";
            }
            list.add(new StrategyInfo(p.type(), p.ranking(), state));
        }
        if (!seen) {
            list.add(new StrategyInfo(EvenPlan.TYPE, Integer.MIN_VALUE, "in force"));
        }
        return list;
    }

    /** Why a type cannot be leased, with what to do about it. */
    String whyNot(String type) {
        return slots.whyNot("strategy", type);
    }

    /** Logs and counts a change of the strategy in force, once. */
    synchronized void announce() {
        String now = inForce();
        if (now.equals(announced)) {
            return;
        }
        String wanted = choice.wanted();
        if (now.equals(wanted)) {
            LOG.info("Strategy {} is in force, before it {}", now, announced);
        } else {
            LOG.info(
                    "Strategy {} is in force, before it {}; {} is wanted but not usable",
                    now,
                    announced,
                    wanted);
        }
        announced = now;
        counters.changes.increment();
    }
}
