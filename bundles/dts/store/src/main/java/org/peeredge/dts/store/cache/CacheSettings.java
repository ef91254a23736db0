// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.time.Duration;
import java.util.regex.Pattern;
import org.peeredge.kernel.api.ConfigCheck;

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
    static final String TYPE_RULE = "must be 1 to 32 lower-case letters, digits or _";

    private static final Pattern TYPE = Pattern.compile("[a-z0-9_]{1,32}");

    static boolean validType(String type) {
        return TYPE.matcher(type).matches();
    }

    /** Checks every value; a bad one is refused with PID and key in the message. */
    static CacheSettings of(CacheComponent.Config config) {
        ConfigCheck check = new ConfigCheck(CacheComponent.PID);
        String policy = check.notBlank("policy", config.policy()).strip();
        if (!validType(policy)) {
            throw check.bad("policy", policy, TYPE_RULE);
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
