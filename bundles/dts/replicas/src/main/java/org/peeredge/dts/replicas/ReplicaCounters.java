// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What is counted. */
final class ReplicaCounters {
    final Counter placed;
    final Counter refused;
    final Counter givenUp;

    ReplicaCounters(MetricScope scope) {
        placed =
                scope.counter(
                        "peeredge_dts_replicas_placed_total",
                        "Copies that another member took because this node asked it to.");
        refused =
                scope.counter(
                        "peeredge_dts_replicas_refused_total",
                        "Questions of other members about copies that this node refused.");
        givenUp =
                scope.counter(
                        "peeredge_dts_replicas_given_up_total",
                        "Copies given up because their content could not be fetched or kept.");
    }
}
