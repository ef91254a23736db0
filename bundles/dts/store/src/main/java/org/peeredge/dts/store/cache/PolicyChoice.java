// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peeredge.dts.api.cache.Cache.PolicyInfo;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.kernel.api.plugin.Lease;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which policy is in force: the wanted one when it is there and usable, else the store's built-in
 * order, so a policy that arrives, leaves or is tripped off takes effect by itself. Safe for use by
 * many threads.
 */
final class PolicyChoice {
    /** The store's own order, least recently used first, which cannot fail. */
    static final String BUILT_IN = "builtin";

    private static final Logger LOG = LoggerFactory.getLogger(PolicyChoice.class);

    private final PluginSlots<CachePolicyProvider> slots;
    private final CacheMetrics metrics;
    private volatile String wanted;
    private String announced = BUILT_IN;

    PolicyChoice(PluginSlots<CachePolicyProvider> slots, String wanted, CacheMetrics metrics) {
        this.slots = slots;
        this.wanted = wanted;
        this.metrics = metrics;
    }

    String wanted() {
        return wanted;
    }

    void choose(String type) {
        wanted = type;
        announce();
    }

    Optional<Lease<CachePolicyProvider>> lease() {
        return slots.lease(wanted);
    }

    Optional<Lease<CachePolicyProvider>> lease(String type) {
        return slots.lease(type);
    }

    /** Whether a plugin of that type is there and not tripped off. */
    boolean usable(String type) {
        return slots.usable(type);
    }

    String inForce() {
        String now = wanted;
        return slots.usable(now) ? now : BUILT_IN;
    }

    List<PolicyInfo> list() {
        String now = inForce();
        boolean seen = false;
        List<PolicyInfo> list = new ArrayList<>();
        for (PluginSlots.PluginInfo p : slots.list()) {
            String state = "ready";
            if (!p.usable()) {
                state = "tripped: " + p.tripReason();
            } else if (!seen && p.type().equals(now)) {
                seen = true;
                state = "in force";
            }
            list.add(new PolicyInfo(p.type(), p.ranking(), state));
        }
        list.add(new PolicyInfo(BUILT_IN, Integer.MIN_VALUE, seen ? "ready" : "in force"));
        return list;
    }

    /** Why a type cannot be leased, with what to do about it. */
    String whyNot(String type) {
        return slots.whyNot("cache policy", type);
    }

    /** Logs and counts a change of the policy in force, once. */
    synchronized void announce() {
        String now = inForce();
        if (now.equals(announced)) {
            return;
        }
        String want = wanted;
        if (now.equals(want)) {
            LOG.info("Cache policy {} is in force, before it {}", now, announced);
        } else {
            LOG.info(
                    "Cache policy {} (least recently used first) is in force, before it {}; {} is"
                            + " wanted but not usable",
                    now,
                    announced,
                    want);
        }
        announced = now;
        metrics.changes.increment();
    }
}
