// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.kernel.api.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members last connected, on disk: after a restart they are dialled before anything is heard.
 * One record a member, key the node id, value lines of text: {@code 1} (the version), the epoch
 * second of the last success, then addresses. Blocks; never on the loop.
 */
final class KnownPeers {
    /** No more are kept. */
    static final int MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(KnownPeers.class);
    private static final String VERSION = "1";
    private static final int SCAN = 4 * MAX;

    /** One member. */
    record Known(NodeId node, Instant lastSuccess, List<PeerAddress> addresses) {}

    private final Records records;

    KnownPeers(Records records) {
        this.records = records;
    }

    /** Latest success first; removes what is damaged and what is over the limit. */
    synchronized List<Known> load() {
        List<Known> out = new ArrayList<>();
        for (Map.Entry<String, byte[]> e : records.scan("", "", SCAN).entrySet()) {
            Optional<Known> known = read(e.getKey(), e.getValue());
            known.ifPresentOrElse(out::add, () -> records.remove(e.getKey()));
        }
        out.sort(Comparator.comparing(Known::lastSuccess).reversed());
        while (out.size() > MAX) {
            records.remove(out.removeLast().node().hex());
        }
        return out;
    }

    /** Keeps a success; makes room when needed. */
    synchronized void save(Known known) {
        if (known.addresses().isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder(VERSION).append('\n');
        text.append(known.lastSuccess().getEpochSecond());
        known.addresses().stream()
                .limit(Limits.MAX_ADDRESSES)
                .forEach(a -> text.append('\n').append(a));
        boolean fresh = records.get(known.node().hex()).isEmpty();
        records.put(known.node().hex(), text.toString().getBytes(StandardCharsets.UTF_8));
        if (fresh) {
            load();
        }
    }

    private static Optional<Known> read(String key, byte[] value) {
        try {
            List<String> lines = new String(value, StandardCharsets.UTF_8).lines().toList();
            if (lines.size() < 3 || !lines.getFirst().equals(VERSION)) {
                return Optional.empty();
            }
            return Optional.of(
                    new Known(
                            new NodeId(key),
                            Instant.ofEpochSecond(Long.parseLong(lines.get(1))),
                            lines.stream().skip(2).map(PeerAddress::parse).toList()));
        } catch (RuntimeException e) {
            LOG.debug("last-known peer '{}' cannot be read and is forgotten", key, e);
            return Optional.empty();
        }
    }
}
