// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.peeredge.dts.api.channel.PeerAddress;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NodeId;

/**
 * Who is in the same network: heard there by multicast of late, or at an address in one of this
 * machine's subnets, and no farther than a LAN is wide ({@link Lans}). Changed on the loop, read on
 * any thread.
 */
final class Neighbours {
    private static final long LONGEST_SECONDS = 480;

    /** Beacons are for those who missed the quick ones of a start: few are enough. */
    private static final long SECONDS_EACH = 8;

    private final Clock clock;
    private final Duration least;
    private final int max;
    private final LocalNetworks networks;
    private final Map<NodeId, Long> heardNanos = new ConcurrentHashMap<>();
    private volatile Duration interval = Duration.ZERO;

    Neighbours(Clock clock, PeersConfig config, LocalNetworks networks) {
        this.clock = clock;
        this.least = config.lan().memory();
        this.max = config.maxAddresses();
        this.networks = networks;
    }

    /** Notes a beacon; whether it is the first for a while. */
    boolean heard(NodeId node) {
        long now = clock.nanos();
        if (heardNanos.size() >= max && !heardNanos.containsKey(node)) {
            heardNanos.values().removeIf(at -> now - at > memoryNanos());
            if (heardNanos.size() >= max) {
                return false;
            }
        }
        Long before = heardNanos.put(node, now);
        return before == null || now - before > memoryNanos();
    }

    /** In a large network each speaks less often, and is remembered longer. */
    private long memoryNanos() {
        return Math.max(least.toNanos(), interval.multipliedBy(3).toNanos());
    }

    /** Between beacons: about one each 8 s is heard, however many neighbours there are. */
    Duration interval(Duration base) {
        long now = clock.nanos();
        heardNanos.values().removeIf(at -> now - at > memoryNanos());
        long fair = Math.min(LONGEST_SECONDS, SECONDS_EACH * heardNanos.size());
        interval = fair > base.toSeconds() ? Duration.ofSeconds(fair) : base;
        return interval;
    }

    boolean near(Connection c) {
        Long at = heardNanos.get(c.node());
        boolean labelled =
                (at != null && clock.nanos() - at <= memoryNanos())
                        || networks.near(c.channel().remote().host());
        return Lans.near(labelled, c.toldNear, c.measured, c.shortestNanos);
    }

    /**
     * What to dial after a beacon. The datagram's own source comes first: of a machine with many
     * addresses it is the one that surely leads there.
     */
    List<PeerAddress> candidates(List<PeerAddress> addresses, String fromHost) {
        boolean sameMachine = networks.mine(fromHost);
        Set<PeerAddress> out = new LinkedHashSet<>();
        for (PeerAddress a : addresses) {
            if (a.host().equals(fromHost)) {
                out.add(a);
            }
        }
        for (PeerAddress a : addresses) {
            if (sameMachine || !networks.loopback(a.host())) {
                out.add(a);
            }
        }
        return List.copyOf(out);
    }
}
