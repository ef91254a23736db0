// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.time.Duration;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.plugin.PluginSlots;

/**
 * The checked configuration.
 *
 * @param strategy the type that the operator wants in force
 * @param planTimeout after this a plan is answered by the built-in one
 * @param hangTimeout after this a strategy that has not returned is tripped off
 * @param planQueueCount plans that may wait for routing's thread
 * @param maxFailures failures in a row that trip a strategy off
 * @param drain how long a leaving strategy's running plans are waited for
 * @param maxAbandonedThreads threads that may be lost to hanging strategies
 * @param fleetWatch how long a commanded member watches a new strategy before it keeps it
 * @param fleetTimeout how long a member may take to answer a command
 */
record Settings(
        String strategy,
        Duration planTimeout,
        Duration hangTimeout,
        int planQueueCount,
        int maxFailures,
        Duration drain,
        int maxAbandonedThreads,
        Duration fleetWatch,
        Duration fleetTimeout) {

    /** Checks every value; a bad one is refused with PID and key in the message. */
    static Settings of(RoutingEngine.Config config) {
        ConfigCheck check = new ConfigCheck(RoutingEngine.PID);
        String strategy = check.notBlank("strategy", config.strategy()).strip();
        if (!PluginSlots.validType(strategy)) {
            throw check.bad("strategy", strategy, PluginSlots.TYPE_RULE);
        }
        long plan = check.range("plan.timeout.millis", config.plan_timeout_millis(), 1, 5_000);
        long hang = check.range("hang.timeout.millis", config.hang_timeout_millis(), plan, 60_000);
        long watch = check.range("fleet.watch.millis", config.fleet_watch_millis(), 0, 60_000);
        long fleet =
                check.range(
                        "fleet.timeout.millis",
                        config.fleet_timeout_millis(),
                        watch + 1_000,
                        300_000);
        return new Settings(
                strategy,
                Duration.ofMillis(plan),
                Duration.ofMillis(hang),
                check.range("plan.queue.count", config.plan_queue_count(), 1, 100_000),
                check.range("max.failures", config.max_failures(), 1, 100),
                Duration.ofMillis(check.range("drain.millis", config.drain_millis(), 0L, 60_000L)),
                check.range("max.abandoned.threads", config.max_abandoned_threads(), 0, 64),
                Duration.ofMillis(watch),
                Duration.ofMillis(fleet));
    }
}
