// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Bans.Ban;
import org.peeredge.dts.api.Records;
import org.peeredge.kernel.api.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bans on disk: one record a member, key the node id, value lines of text: {@code 1} (the version),
 * begin and end in milliseconds since 1970, how often, whose evidence, why. Blocks; never on the
 * loop.
 */
final class BanRecords {
    private static final Logger LOG = LoggerFactory.getLogger(BanRecords.class);
    private static final String VERSION = "1";
    private static final int LINES = 6;

    private final Records records;
    private final int max;

    BanRecords(Records records, int max) {
        this.records = records;
        this.max = max;
    }

    /** Oldest end first; removes what is damaged, what is forgiven, and what is over the limit. */
    synchronized List<Ban> load(Instant now) {
        List<Ban> out = new ArrayList<>();
        for (Map.Entry<String, byte[]> e : records.scan("", "", 2 * max).entrySet()) {
            Optional<Ban> ban = read(e.getKey(), e.getValue());
            ban.filter(b -> now.isBefore(b.until().plus(Bans.FORGIVEN)))
                    .ifPresentOrElse(out::add, () -> records.remove(e.getKey()));
        }
        out.sort(Comparator.comparing(Ban::until));
        while (out.size() > max) {
            records.remove(out.removeFirst().node().hex());
        }
        return out;
    }

    synchronized void save(Ban ban) {
        String text =
                String.join(
                        "\n",
                        VERSION,
                        "" + ban.since().toEpochMilli(),
                        "" + ban.until().toEpochMilli(),
                        "" + ban.times(),
                        ban.by().hex(),
                        ban.reason().replace('\n', ' '));
        boolean fresh = records.get(ban.node().hex()).isEmpty();
        records.put(ban.node().hex(), text.getBytes(StandardCharsets.UTF_8));
        if (fresh) {
            load(ban.since());
        }
    }

    synchronized void remove(NodeId node) {
        records.remove(node.hex());
    }

    private static Optional<Ban> read(String key, byte[] value) {
        try {
            List<String> lines = new String(value, StandardCharsets.UTF_8).lines().toList();
            if (lines.size() < LINES || !lines.getFirst().equals(VERSION)) {
                return Optional.empty();
            }
            return Optional.of(
                    new Ban(
                            new NodeId(key),
                            lines.get(5),
                            new NodeId(lines.get(4)),
                            Instant.ofEpochMilli(Long.parseLong(lines.get(1))),
                            Instant.ofEpochMilli(Long.parseLong(lines.get(2))),
                            Integer.parseInt(lines.get(3))));
        } catch (RuntimeException e) {
            LOG.debug("the ban of '{}' cannot be read and is forgotten", key, e);
            return Optional.empty();
        }
    }
}
