// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.time.Duration;
import org.peeredge.dts.api.Replicas;
import org.peeredge.kernel.api.ConfigCheck;

/**
 * The checked configuration.
 *
 * @param copies of what this node publishes, on other members
 * @param sharePercent of the store's quota that copies for others may take here
 * @param check pause between two looks at keepers
 * @param repairAfter a keeper that was not seen for so long is replaced
 * @param lease how long a keeper keeps a copy that nobody asks it for any more
 * @param maxItems images kept for others
 */
record ReplicaSettings(
        int copies,
        int sharePercent,
        Duration check,
        Duration repairAfter,
        Duration lease,
        int maxItems) {
    static final String PID = "org.peeredge.dts.replicas";
    static final int MAX_LEASE_SECONDS = 31_536_000;

    static ReplicaSettings of(ReplicaConfig c) {
        ConfigCheck check = new ConfigCheck(PID);
        Duration pause =
                Duration.ofSeconds(check.range("check.seconds", c.check_seconds(), 1, 86_400));
        Duration lease =
                Duration.ofSeconds(
                        check.range("lease.seconds", c.lease_seconds(), 10, MAX_LEASE_SECONDS));
        if (lease.compareTo(pause.multipliedBy(4)) < 0) {
            throw check.bad(
                    "lease.seconds",
                    c.lease_seconds(),
                    "must be at least 4 times check.seconds, or copies end between two looks");
        }
        return new ReplicaSettings(
                check.range("copies", c.copies(), 0, Replicas.MAX_COPIES),
                check.range("share.percent", c.share_percent(), 0, 100),
                pause,
                Duration.ofSeconds(
                        check.range(
                                "repair.after.seconds", c.repair_after_seconds(), 1, 2_592_000)),
                lease,
                check.range("items.max", c.items_max(), 1, 100_000));
    }
}
