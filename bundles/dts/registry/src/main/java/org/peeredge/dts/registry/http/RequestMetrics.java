// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.http;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** Counts requests by closed sets of labels. Safe for use by many threads. */
final class RequestMetrics {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE");

    private record Key(String method, Route.Kind kind, int statusClass) {}

    private final MetricScope scope;
    private final Map<Key, Counter> requests = new ConcurrentHashMap<>();

    RequestMetrics(MetricScope scope) {
        this.scope = scope;
    }

    void count(String method, Route.Kind kind, int status) {
        String known = METHODS.contains(method) ? method : "other";
        requests.computeIfAbsent(new Key(known, kind, status / 100), this::counter).increment();
    }

    private Counter counter(Key key) {
        return scope.counter(
                "peeredge_dts_registry_requests_total",
                "Requests answered by the registry.",
                "method",
                key.method().toLowerCase(Locale.ROOT),
                "kind",
                key.kind().name().toLowerCase(Locale.ROOT),
                "status",
                key.statusClass() + "xx");
    }
}
