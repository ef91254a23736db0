// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;
import org.peeredge.kernel.api.metrics.Metrics;
import org.peeredge.kernel.node.trust.MembershipCheck;
import org.peeredge.kernel.node.trust.MembershipCheck.Refusal;

/** What the node counts about its membership. */
final class NodeCounters implements AutoCloseable {
    private final MetricScope scope;
    private final Map<Refusal, Counter> refusals = new EnumMap<>(Refusal.class);
    final Counter joined;
    final Counter joinFailed;
    final Counter renewed;
    final Counter renewFailed;

    NodeCounters(Metrics metrics) {
        scope = metrics.scope();
        for (Refusal refusal : Refusal.values()) {
            refusals.put(
                    refusal,
                    scope.counter(
                            "peeredge_kernel_node_certificates_refused_total",
                            "Certificates of peers that were refused.",
                            "reason",
                            MembershipCheck.label(refusal)));
        }
        joined = attempts("joins", "Attempts to join a mesh.", "ok");
        joinFailed = attempts("joins", "Attempts to join a mesh.", "failed");
        renewed = attempts("renewals", "Attempts to renew the certificate.", "ok");
        renewFailed = attempts("renewals", "Attempts to renew the certificate.", "failed");
    }

    void refused(Refusal refusal) {
        Counter counter = refusals.get(refusal);
        if (counter != null) {
            counter.increment();
        }
    }

    void gauge(String thing, String help, DoubleSupplier value) {
        scope.gauge("peeredge_kernel_node_" + thing, help, value);
    }

    @Override
    public void close() {
        scope.close();
    }

    private Counter attempts(String thing, String help, String result) {
        return scope.counter("peeredge_kernel_node_" + thing + "_total", help, "result", result);
    }
}
