// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.discovery.DirectoryStore;
import org.peeredge.dts.engine.peers.Finding;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves word of the tracker that this node is, or reports to, in the directory, and reads there of
 * others: after a restart, or through a store that many share, they are known before anyone has
 * told of them. On the loop.
 */
final class DirectoryRounds {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryRounds.class);
    private static final String PREFIX = "tracker/";
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration EACH = Duration.ofMinutes(10);

    /** A day without anyone who says so, and it is still known where to turn. */
    private static final Duration LIFE = Duration.ofDays(3);

    private final Loop loop;
    private final Supplier<DirectoryStore> store;
    private final PeerMesh mesh;
    private final Finding finding;

    DirectoryRounds(Loop loop, Supplier<DirectoryStore> store, PeerMesh mesh, Finding finding) {
        this.loop = loop;
        this.store = store;
        this.mesh = mesh;
        this.finding = finding;
    }

    void start() {
        after(FIRST);
    }

    private void after(Duration wait) {
        loop.schedule(
                wait,
                () -> {
                    after(EACH);
                    round(store.get());
                });
    }

    private void round(DirectoryStore directory) {
        finding.status()
                .tracker()
                .ifPresent(tracker -> {
                    byte[] value =
                            String.join("\n", addresses(tracker)).getBytes(StandardCharsets.UTF_8);
                    if (value.length > 0 && value.length <= DirectoryStore.MAX_VALUE_BYTES) {
                        directory
                                .put(PREFIX + tracker.hex(), value, LIFE)
                                .whenComplete((_, error) -> failed("write", error));
                    }
                });
        directory
                .list(PREFIX)
                .whenComplete((found, error) -> {
                    failed("read", error);
                    if (found != null) {
                        found.forEach(this::hint);
                    }
                });
    }

    private List<String> addresses(NodeId tracker) {
        if (tracker.equals(mesh.self())) {
            return finding.addresses();
        }
        return mesh.members().stream()
                .filter(m -> m.node().equals(tracker))
                .map(Member::addresses)
                .findFirst()
                .orElse(List.of());
    }

    /** What others wrote comes from outside. */
    private void hint(String key, byte[] value) {
        try {
            NodeId node = new NodeId(key.substring(PREFIX.length()));
            List<String> addresses =
                    new String(value, StandardCharsets.UTF_8)
                            .lines()
                            .filter(a -> a.length() <= Limits.MAX_ADDRESS_CHARS)
                            .limit(Limits.MAX_ADDRESSES)
                            .toList();
            finding.hint(node, addresses);
        } catch (IllegalArgumentException e) {
            LOG.debug("'{}' in the directory is no tracker", key, e);
        }
    }

    private static void failed(String what, @Nullable Throwable error) {
        if (error != null) {
            LOG.warn(
                    "the directory store could not {}: {}. It is tried again in {} min; trackers are"
                            + " found through members meanwhile",
                    what,
                    error.toString(),
                    EACH.toMinutes());
        }
    }
}
