// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What the cache counts. Safe for use by many threads. */
final class CacheMetrics {
    /** More types than this are counted as {@value #OTHER}: bundles can bring any number. */
    private static final int MAX_TYPES = 16;

    private static final String OTHER = "other";

    private final MetricScope scope;
    private final Map<String, ByPolicy> byPolicy = new ConcurrentHashMap<>();
    final Counter threw;
    final Counter hung;
    final Counter trips;
    final Counter changes;
    final Counter dropped;

    /** Counters of the time while one policy is in force. */
    record ByPolicy(
            Counter hits,
            Counter hitBytes,
            Counter misses,
            Counter missBytes,
            Counter evictions,
            Counter evictedBytes) {}

    CacheMetrics(MetricScope scope) {
        this.scope = scope;
        threw = failures("threw");
        hung = failures("hung");
        trips =
                scope.counter(
                        "peeredge_dts_store_cache_policy_trips_total",
                        "Cache policies tripped off because they threw, gave bad answers or hung.");
        changes =
                scope.counter(
                        "peeredge_dts_store_cache_policy_changes_total",
                        "Changes of the cache policy in force.");
        dropped =
                scope.counter(
                        "peeredge_dts_store_cache_events_dropped_total",
                        "Events that a policy was too slow for; it is told everything anew then.");
    }

    void abandonedThreads(DoubleSupplier value) {
        scope.gauge(
                "peeredge_dts_store_cache_abandoned_threads",
                "Threads that a hanging cache policy still holds.",
                value);
    }

    ByPolicy of(String type) {
        ByPolicy known = byPolicy.get(type);
        if (known != null) {
            return known;
        }
        String name = byPolicy.size() < MAX_TYPES ? type : OTHER;
        return byPolicy.computeIfAbsent(name, this::counters);
    }

    private ByPolicy counters(String type) {
        return new ByPolicy(
                counter("hits_total", "Requests for blobs that were here.", type),
                counter("hit_bytes_total", "Bytes of blobs that were asked for and here.", type),
                counter("misses_total", "Blobs that came, fetched or pushed.", type),
                counter("miss_bytes_total", "Bytes of blobs that came, fetched or pushed.", type),
                counter("evictions_total", "Blobs dropped to make room.", type),
                counter("evicted_bytes_total", "Bytes of blobs dropped to make room.", type));
    }

    private Counter counter(String name, String help, String type) {
        return scope.counter("peeredge_dts_store_cache_" + name, help, "policy", type);
    }

    private Counter failures(String reason) {
        return scope.counter(
                "peeredge_dts_store_cache_policy_failures_total",
                "Answers that a cache policy failed to give.",
                "reason",
                reason);
    }
}
