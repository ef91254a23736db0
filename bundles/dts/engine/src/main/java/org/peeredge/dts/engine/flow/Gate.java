// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.NodeId;

/**
 * Says whether bytes may go now, and counts those that do: token buckets one within the other, the
 * node's, of that the WAN's, of that a class's, and each member's. Pure; one thread.
 */
public final class Gate {
    /**
     * A way to a member or an upstream.
     *
     * @param peer a member; any name for an upstream
     * @param wan whether it is not in this LAN
     */
    public record Way(NodeId peer, boolean wan, boolean upstream) {}

    private final Map<Lane, Bucket> buckets = new EnumMap<>(Lane.class);
    private final Map<NodeId, Bucket> peersUp = new HashMap<>();
    private final Map<NodeId, Bucket> peersDown = new HashMap<>();
    private Standing standing = Standing.FREE;
    private int lanMembers = 1;
    private long wanBytes;

    /** From now on this holds. */
    public void set(Standing now, long nowNanos) {
        standing = now;
        rates(nowNanos);
    }

    /** What holds. */
    public Standing standing() {
        return standing;
    }

    /** So many, this node among them, share what the LAN may use of the WAN. */
    public void lanMembers(int count, long nowNanos) {
        if (count != lanMembers) {
            lanMembers = Math.max(1, count);
            rates(nowNanos);
        }
    }

    private void rates(long nowNanos) {
        for (Lane lane : Lane.values()) {
            double rate = rate(lane);
            switch (lane) {
                case PEER_UP -> peers(peersUp, rate, nowNanos);
                case PEER_DOWN -> peers(peersDown, rate, nowNanos);
                default -> {
                    Bucket bucket = buckets.get(lane);
                    if (rate == 0) {
                        buckets.remove(lane);
                    } else if (bucket == null) {
                        buckets.put(lane, new Bucket(rate, nowNanos));
                    } else if (bucket.rate() != rate) {
                        bucket.rate(rate, nowNanos);
                    }
                }
            }
        }
    }

    private static void peers(Map<NodeId, Bucket> all, double rate, long nowNanos) {
        if (rate == 0) {
            all.clear();
        }
        all.values().forEach(b -> b.rate(rate, nowNanos));
    }

    /** This node's part of a limit, in bytes per second; 0 where there is none. */
    public double rate(Lane lane) {
        Rates.Rate rate = standing.rates().limits().get(lane);
        if (rate == null) {
            return 0;
        }
        boolean shared = lane == Lane.LAN_WAN_UP || lane == Lane.LAN_WAN_DOWN;
        return shared ? (double) rate.bytesPerSecond() / lanMembers : rate.bytesPerSecond();
    }

    /** Whether bytes may go that way at all, be it later. */
    public boolean permits(Way way, boolean background) {
        if (background && standing.rates().backgroundOff().isPresent()) {
            return false;
        }
        boolean paid =
                way.upstream ? standing.upstreamMetered() : standing.metered().contains(way.peer);
        if (background && paid) {
            return false;
        }
        return !way.wan
                || switch (standing.wan()) {
                    case ALL -> true;
                    case FOREGROUND -> !background;
                    case NONE -> false;
                };
    }

    /** Whether bytes may go now. */
    public boolean open(boolean up, Way way, boolean background, long nowNanos) {
        return permits(way, background) && nanosToOpen(up, way, background, nowNanos) == 0;
    }

    /** How long until {@link #open}, as far as rates are concerned. */
    public long nanosToOpen(boolean up, Way way, boolean background, long nowNanos) {
        long longest = 0;
        for (Bucket b : on(up, way, background, nowNanos)) {
            longest = Math.max(longest, b.nanosToOpen(nowNanos));
        }
        return longest;
    }

    /** How long so many bytes take at the lowest of the rates. */
    public long nanosFor(long bytes, boolean up, Way way, boolean background, long nowNanos) {
        double least = Double.POSITIVE_INFINITY;
        for (Bucket b : on(up, way, background, nowNanos)) {
            least = Math.min(least, b.rate());
        }
        return (long) (bytes * 1e9 / least);
    }

    /** Bytes go; a negative number takes back what did not. */
    public void spend(boolean up, Way way, boolean background, long bytes, long nowNanos) {
        on(up, way, background, nowNanos).forEach(b -> b.spend(bytes, nowNanos));
        wanBytes += way.wan ? bytes : 0;
    }

    /** All bytes over the WAN so far, both ways. */
    public long wanBytes() {
        return wanBytes;
    }

    /** Forgets a member. */
    public void gone(NodeId peer) {
        peersUp.remove(peer);
        peersDown.remove(peer);
    }

    private List<Bucket> on(boolean up, Way way, boolean background, long nowNanos) {
        if (standing.rates().limits().isEmpty()) {
            return List.of();
        }
        List<Bucket> all = new ArrayList<>(5);
        add(all, buckets.get(up ? Lane.UP : Lane.DOWN));
        if (way.wan) {
            add(all, buckets.get(up ? Lane.WAN_UP : Lane.WAN_DOWN));
            add(all, buckets.get(up ? Lane.LAN_WAN_UP : Lane.LAN_WAN_DOWN));
        }
        if (background) {
            add(all, buckets.get(up ? Lane.BACKGROUND_UP : Lane.BACKGROUND_DOWN));
        }
        double each = rate(up ? Lane.PEER_UP : Lane.PEER_DOWN);
        if (each > 0 && !way.upstream) {
            all.add(
                    (up ? peersUp : peersDown)
                            .computeIfAbsent(way.peer, _ -> new Bucket(each, nowNanos)));
        }
        return all;
    }

    private static void add(List<Bucket> all, @Nullable Bucket bucket) {
        if (bucket != null) {
            all.add(bucket);
        }
    }
}
