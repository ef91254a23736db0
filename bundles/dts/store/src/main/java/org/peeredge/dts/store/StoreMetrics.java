// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What the store counts. */
final class StoreMetrics {
    final Counter writtenBytes;
    final Counter evictions;
    final Counter evictedBytes;
    final Counter refusals;
    final Counter damaged;
    final Counter rebuilds;

    StoreMetrics(MetricScope scope) {
        writtenBytes =
                scope.counter(
                        "peeredge_dts_store_written_bytes_total",
                        "Bytes of pieces written for the first time.");
        evictions =
                scope.counter("peeredge_dts_store_evictions_total", "Blobs dropped to make room.");
        evictedBytes =
                scope.counter(
                        "peeredge_dts_store_evicted_bytes_total",
                        "Bytes of blobs dropped to make room.");
        refusals =
                scope.counter(
                        "peeredge_dts_store_full_refusals_total",
                        "Blobs refused because there was no room.");
        damaged =
                scope.counter(
                        "peeredge_dts_store_damaged_blobs_total",
                        "Complete blobs found lost or damaged.");
        rebuilds =
                scope.counter(
                        "peeredge_dts_store_index_rebuilds_total",
                        "Times that the index was lost or damaged and built again.");
    }

    /** Registers what is read when it is asked for. */
    static void gauges(MetricScope scope, Catalog catalog) {
        scope.gauge(
                "peeredge_dts_store_stored_bytes",
                "Bytes in complete blobs.",
                catalog::storedBytes);
        scope.gauge(
                "peeredge_dts_store_reserved_bytes",
                "Bytes reserved for incomplete blobs.",
                catalog::reservedBytes);
        scope.gauge(
                "peeredge_dts_store_quota_bytes",
                "Bytes allowed in complete and incomplete blobs.",
                catalog::quotaBytes);
        scope.gauge(
                "peeredge_dts_store_disk_free_bytes",
                "Bytes free on the store's file system when last looked.",
                () -> catalog.usage().diskFreeBytes());
        scope.gauge(
                "peeredge_dts_store_complete_blobs", "Complete blobs.", () -> catalog.blobCount());
    }
}
