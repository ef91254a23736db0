// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.http;

import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What the listeners of a node count together. */
record HttpCounters(Counter requests, Counter malformed, Counter busy, Counter cut, Counter idle) {
    static HttpCounters in(MetricScope metrics) {
        return new HttpCounters(
                metrics.counter(
                        "peeredge_kernel_netty_http_requests_total",
                        "HTTP requests that reached a handler."),
                metrics.counter(
                        "peeredge_kernel_netty_http_malformed_requests_total",
                        "Requests refused because they are not proper HTTP or too long."),
                metrics.counter(
                        "peeredge_kernel_netty_http_busy_requests_total",
                        "Requests answered 503 because too many were being handled."),
                metrics.counter(
                        "peeredge_kernel_netty_http_refused_connections_total",
                        "Connections cut at once because too many were open."),
                metrics.counter(
                        "peeredge_kernel_netty_http_idle_connections_total",
                        "Connections closed because the client sent or took nothing for the idle time."));
    }
}
