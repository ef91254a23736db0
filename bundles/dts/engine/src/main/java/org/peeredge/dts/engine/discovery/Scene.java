// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/** What the parts share. Only ordered maps: the order of what is said must not depend on hashes. */
final class Scene {
    static final long SECOND = 1_000_000_000L;

    /** A connected member. */
    static final class Link {
        final NodeId id;
        final long rank;

        /** See {@link Slices}. */
        final long slice;

        int depth;
        boolean near;
        List<String> addresses;

        /** Of the lease that it holds itself; 0 for none. */
        long epoch;

        long untilNanos;
        int members;

        /** Whether it was told of all trackers. */
        boolean toldAll;

        /** Questions that it may put now, and when that was counted. */
        double credit = Searches.BURST;

        long creditNanos;

        Link(NodeId id, boolean near, List<String> addresses) {
            this.id = id;
            this.rank = Keys.rank(id);
            this.slice = Slices.of(id);
            this.near = near;
            this.addresses = addresses;
        }

        boolean tracker(long now) {
            return epoch > 0 && untilNanos - now > 0;
        }
    }

    final NodeId self;
    final DiscoverySettings settings;
    final RandomGenerator random;
    final Port port;
    final Map<NodeId, Link> links = new LinkedHashMap<>();
    long now;

    Scene(NodeId self, DiscoverySettings settings, RandomGenerator random, Port port) {
        this.self = self;
        this.settings = settings;
        this.random = random;
        this.port = port;
    }

    @Nullable Link link(NodeId node) {
        return links.get(node);
    }

    boolean connected(NodeId node) {
        return links.containsKey(node);
    }

    boolean tracker(NodeId node) {
        Link link = links.get(node);
        return link != null && link.tracker(now);
    }

    boolean anyNear() {
        for (Link link : links.values()) {
            if (link.near) {
                return true;
            }
        }
        return false;
    }

    /** Up to {@code max} links at random that {@code wanted} accepts. */
    List<Link> some(int max, Predicate<Link> wanted) {
        List<Link> out = new ArrayList<>();
        int seen = 0;
        for (Link link : links.values()) {
            if (!wanted.test(link)) {
                continue;
            }
            seen++;
            if (out.size() < max) {
                out.add(link);
            } else {
                int at = random.nextInt(seen);
                if (at < max) {
                    out.set(at, link);
                }
            }
        }
        return out;
    }

    void send(NodeId to, Message.Finding message) {
        port.send(to, message);
    }
}
