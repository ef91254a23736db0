// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What all channels of a node count together. */
record TcpCounters(
        Counter malformed,
        Counter handshakesFailed,
        Counter refused,
        Counter expelled,
        Counter sentFrames,
        Counter sentBytes,
        Counter receivedFrames,
        Counter receivedBytes,
        Counter queueFull) {
    static TcpCounters in(MetricScope metrics) {
        return new TcpCounters(
                counter(
                        metrics,
                        "malformed_frames",
                        "Frames with a length or greeting not allowed."),
                counter(
                        metrics,
                        "failed_handshakes",
                        "Connections that ended before both ends were authenticated."),
                counter(
                        metrics,
                        "refused_connections",
                        "Inbound connections cut because too many were open."),
                counter(
                        metrics,
                        "expelled_peers",
                        "Channels closed because the peer is revoked or its certificate ended."),
                counter(metrics, "sent_frames", "Frames sent."),
                counter(metrics, "sent_bytes", "Bytes in frames sent, without TLS."),
                counter(metrics, "received_frames", "Frames received."),
                counter(metrics, "received_bytes", "Bytes in frames received, without TLS."),
                counter(metrics, "refused_frames", "Frames refused because too much was queued."));
    }

    private static Counter counter(MetricScope metrics, String thing, String help) {
        return metrics.counter("peeredge_dts_channel_tcp_" + thing + "_total", help);
    }
}
