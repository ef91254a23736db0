// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.peeredge.dts.engine.discovery.Discovery;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What the connections count. */
final class PeerMetrics {
    private static final String PREFIX = "peeredge_dts_engine_";

    final Counter malformedFrames;
    final Counter unknownFrames;
    final Counter dials;
    final Counter failedDials;
    final Counter deadPeers;
    final Counter refusedPeers;
    final Counter stuckPeers;
    final Counter backlogPauses;
    final Counter beacons;
    final Counter droppedBeacons;
    final Counter refusedQuestions;
    private final Map<String, Counter> controlBytes = new HashMap<>();
    private final MetricScope scope;

    PeerMetrics(MetricScope scope) {
        this.scope = scope;
        malformedFrames = counter("malformed_frames_total", "Frames that broke the protocol.");
        unknownFrames = counter("unknown_frames_total", "Frames of a later type, ignored.");
        dials = counter("dials_total", "Dials begun.");
        failedDials = counter("failed_dials_total", "Dials that gave no channel.");
        deadPeers = counter("dead_peers_total", "Channels closed because nothing came any more.");
        refusedPeers =
                counter("refused_peers_total", "Channels closed for a ban or for want of room.");
        stuckPeers =
                counter("stuck_peers_total", "Channels closed because their end did not read.");
        backlogPauses =
                counter("backlog_pauses_total", "Times that a member had to wait for the engine.");
        beacons = counter("lan_beacons_total", "Multicast beacons understood.");
        droppedBeacons =
                counter(
                        "lan_beacons_dropped_total",
                        "Multicast beacons malformed or over the rate.");
        refusedQuestions = counter("refused_questions_total", "Questions refused for a limit.");
        for (String kind : List.of("content", "members", "ping", "question", "discovery")) {
            controlBytes.put(
                    kind,
                    scope.counter(
                            PREFIX + "control_sent_bytes_total",
                            "Bytes of messages sent, without symbols.",
                            "kind",
                            kind));
        }
    }

    /** The counter of a message's bytes. */
    Counter control(Message message) {
        String kind =
                switch (message) {
                    case Message.Hello _, Message.Peers _, Message.Revocations _ -> "members";
                    case Message.Ping _, Message.Pong _ -> "ping";
                    case Message.Ask _, Message.Answer _ -> "question";
                    case Message.Finding _ -> "discovery";
                    default -> "content";
                };
        return Objects.requireNonNull(controlBytes.get(kind));
    }

    /** Registers what is known of trackers. */
    void trackers(Supplier<Discovery.Status> status) {
        scope.gauge(
                PREFIX + "tracker_epoch",
                "Epoch of this node's own lease as tracker, 0 when it is none.",
                () -> status.get().epoch());
        scope.gauge(
                PREFIX + "tracker_members",
                "Members that report to this node.",
                () -> status.get().members());
        scope.gauge(
                PREFIX + "known_trackers",
                "Trackers elsewhere that are known.",
                () -> status.get().remotes());
    }

    /** Registers what is read when metrics are collected; both run on any thread. */
    void gauges(DoubleSupplier connected, DoubleSupplier addresses) {
        scope.gauge(PREFIX + "connected_peers", "Members connected now.", connected);
        scope.gauge(PREFIX + "known_addresses", "Addresses of members known now.", addresses);
    }

    private Counter counter(String name, String help) {
        return scope.counter(PREFIX + name, help);
    }
}
