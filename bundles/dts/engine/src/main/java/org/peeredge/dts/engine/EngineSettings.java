// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.peers.PeersConfig;
import org.peeredge.dts.engine.receipts.ReceiptLimits;
import org.peeredge.dts.engine.swarm.SwarmLimits;
import org.peeredge.dts.engine.transfer.EngineLimits;
import org.peeredge.dts.engine.transfer.EngineNode;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.api.plugin.PluginSlots;

/** The configuration, checked: the first value that is out of bounds is refused by its name. */
final class EngineSettings {
    private EngineSettings() {}

    static EngineNode.Settings of(EngineConfig c) {
        ConfigCheck check = new ConfigCheck(Engine.PID);
        List<PeerAddress> bootstrap =
                Arrays.stream(c.bootstrap())
                        .filter(text -> !text.isBlank())
                        .map(text -> address(check, text))
                        .toList();
        PeersConfig.Lan lan = PeersConfig.Lan.defaults();
        PeersConfig defaults =
                PeersConfig.defaults(
                        bootstrap,
                        new PeersConfig.Lan(
                                c.lan_discovery(),
                                check.notBlank("lan.group", c.lan_group()),
                                check.range("lan.port", c.lan_port(), 1, 65_535),
                                lan.interval(),
                                lan.memory(),
                                lan.maxPerSecond()));
        SwarmLimits s = SwarmLimits.defaults();
        int transfers = check.range("transfers.max", c.transfers_max(), 1, 100_000);
        return new EngineNode.Settings(
                defaults.withMaxConnections(
                        check.range("connections.max", c.connections_max(), 1, 4_096)),
                limits(check, c, transfers),
                new SwarmLimits(
                        transfers,
                        s.helped(),
                        check.range(
                                "inflight.max.bytes", c.inflight_max_bytes(), 1L << 20, 1L << 34),
                        s.windowBytes(),
                        s.queuedPerPeer(),
                        s.queued(),
                        s.interestsPerPeer(),
                        s.interests(),
                        s.mapBytes()),
                receipts(check, c),
                check.range("workers", c.workers(), 1, 256),
                codec(check, c.codec().strip()));
    }

    private static ReceiptLimits receipts(ConfigCheck check, EngineConfig c) {
        return new ReceiptLimits(
                c.receipts(),
                check.range(
                        "receipt.bytes",
                        c.receipt_bytes(),
                        1L << 20,
                        ReceiptLimits.MAX_ENTRY_BYTES),
                Duration.ofSeconds(
                        check.range("receipt.idle.seconds", c.receipt_idle_seconds(), 1, 3_600)),
                check.range(
                        "unsigned.max.bytes",
                        c.unsigned_max_bytes(),
                        ReceiptLimits.MIN_UNSIGNED_BYTES,
                        1L << 40),
                check.range("receipts.kept", c.receipts_kept(), 0, 100_000));
    }

    private static EngineLimits limits(ConfigCheck check, EngineConfig c, int transfers) {
        return new EngineLimits(
                check.range("parked.max.bytes", c.parked_max_bytes(), 1L << 20, 1L << 34),
                check.range("send.buffers", c.send_buffers(), 4, 65_536),
                Duration.ofMillis(
                        check.range(
                                "send.timeout.millis", c.send_timeout_millis(), 1_000, 600_000)),
                EngineLimits.defaults().maxEncoders(),
                Duration.ofMillis(
                        check.range("codec.timeout.millis", c.codec_timeout_millis(), 100, 60_000)),
                check.range("max.abandoned.threads", c.max_abandoned_threads(), 0, 256),
                transfers,
                Duration.ofSeconds(
                        check.range("open.timeout.seconds", c.open_timeout_seconds(), 1, 600)),
                Duration.ofMillis(
                        check.range(
                                "available.timeout.millis",
                                c.available_timeout_millis(),
                                10,
                                60_000)));
    }

    private static String codec(ConfigCheck check, String type) {
        if (!PluginSlots.validType(type)) {
            throw check.bad("codec", type, PluginSlots.TYPE_RULE);
        }
        return type;
    }

    private static PeerAddress address(ConfigCheck check, String text) {
        try {
            return PeerAddress.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw check.bad("bootstrap", text, "must be like tcp://host:7440");
        }
    }
}
