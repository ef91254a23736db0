// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.util.function.DoubleSupplier;
import org.peeredge.dts.engine.swarm.Action;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What the engine counts. */
final class EngineMetrics implements Egress.Counts {
    private static final String RECEIVED = "peeredge_dts_engine_received_bytes_total";
    private static final String RECEIVED_HELP =
            "Checked content bytes received, by kind of source.";
    private static final String TRANSFERS = "peeredge_dts_engine_transfers_total";
    private static final String TRANSFERS_HELP = "Transfers that ended, by result.";

    private static final String BANS = "peeredge_dts_engine_bans_total";
    private static final String BANS_HELP =
            "Members banned for lies, by what this node saw or by another's evidence.";

    private final Counter sentBytes;
    private final Counter sendTimeouts;
    final Counter fromUpstream;
    final Counter codedGroups;
    final Counter completed;
    final Counter failed;
    final Counter internalErrors;
    final Counter dropped;
    final Counter bannedBySight;
    final Counter bannedByEvidence;
    private final Counter fromPeer;
    private final Counter fromOrigin;
    private final Counter wasted;
    private final Counter badBytes;
    private final Counter timeouts;
    private final MetricScope scope;

    EngineMetrics(MetricScope scope) {
        this.scope = scope;
        sentBytes =
                scope.counter(
                        "peeredge_dts_engine_sent_bytes_total", "Content bytes sent to members.");
        sendTimeouts =
                scope.counter(
                        "peeredge_dts_engine_send_timeouts_total",
                        "Channels closed because their end did not take a piece in time.");
        fromPeer = scope.counter(RECEIVED, RECEIVED_HELP, "source", "peer");
        fromOrigin = scope.counter(RECEIVED, RECEIVED_HELP, "source", "origin");
        fromUpstream = scope.counter(RECEIVED, RECEIVED_HELP, "source", "upstream");
        wasted =
                scope.counter(
                        "peeredge_dts_engine_wasted_bytes_total",
                        "Content bytes that came twice or unasked.");
        badBytes =
                scope.counter(
                        "peeredge_dts_engine_bad_bytes_total",
                        "Content bytes that did not match their hash.");
        timeouts =
                scope.counter(
                        "peeredge_dts_engine_request_timeouts_total",
                        "Piece requests that ran into their deadline.");
        codedGroups =
                scope.counter(
                        "peeredge_dts_engine_coded_groups_total",
                        "Groups of pieces restored from symbols of a code.");
        completed = scope.counter(TRANSFERS, TRANSFERS_HELP, "result", "complete");
        failed = scope.counter(TRANSFERS, TRANSFERS_HELP, "result", "failed");
        dropped =
                scope.counter(
                        "peeredge_dts_engine_dropped_messages_total",
                        "Messages not looked at since their sender had no credit left.");
        bannedBySight = scope.counter(BANS, BANS_HELP, "by", "sight");
        bannedByEvidence = scope.counter(BANS, BANS_HELP, "by", "evidence");
        internalErrors =
                scope.counter(
                        "peeredge_dts_engine_internal_errors_total",
                        "Faults of the engine itself; each is in the log.");
    }

    void gauge(String name, String help, DoubleSupplier value) {
        scope.gauge(name, help, value);
    }

    void count(Action.Count c) {
        switch (c.what()) {
            case FROM_PEER -> fromPeer.add(c.bytes());
            case FROM_ORIGIN -> fromOrigin.add(c.bytes());
            case WASTED -> wasted.add(c.bytes());
            case BAD -> badBytes.add(c.bytes());
            case TIMEOUT -> timeouts.increment();
        }
    }

    @Override
    public void sent(int bytes) {
        sentBytes.add(bytes);
    }

    @Override
    public void timedOut() {
        sendTimeouts.increment();
    }
}
