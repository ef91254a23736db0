// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.time.Duration;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.plugin.PluginSlots;

/**
 * What can be set.
 *
 * @param policy the type wanted
 * @param hangTimeout how long a policy may take for one answer
 * @param maxFailures failures in a row that trip a policy off
 * @param drain how long a leaving policy's running answer is waited for
 * @param maxAbandonedThreads threads that may be lost to hanging policies
 */
record CacheSettings(
        String policy,
        Duration hangTimeout,
        int maxFailures,
        Duration drain,
        int maxAbandonedThreads) {
    /** Checks every value; a bad one is refused with PID and key in the message. */
    static CacheSettings of(CacheComponent.Config config) {
        ConfigCheck check = new ConfigCheck(CacheComponent.PID);
        String policy = check.notBlank("policy", config.policy()).strip();
        if (!PluginSlots.validType(policy)) {
            throw check.bad("policy", policy, PluginSlots.TYPE_RULE);
        }
        return new CacheSettings(
                policy,
                Duration.ofMillis(
                        check.range(
                                "hang.timeout.millis", config.hang_timeout_millis(), 10, 60_000)),
                check.range("max.failures", config.max_failures(), 1, 100),
                Duration.ofMillis(check.range("drain.millis", config.drain_millis(), 0, 60_000)),
                check.range("max.abandoned.threads", config.max_abandoned_threads(), 0, 64));
    }
}
