// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.strategy.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Component;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.routing.api.strategy.PeerView;
import org.peeredge.routing.api.strategy.Plan;
import org.peeredge.routing.api.strategy.RoutingStrategy;
import org.peeredge.routing.api.strategy.TransferView;

/**
 * LAN first, then by measured throughput and delay; origins last, and hardly used once another peer
 * has everything; peers that failed lately count for less. Peers of which nothing is known yet get
 * the rate that is usual among the known ones, so that they are tried and then measured.
 *
 * <p>Windows are twice the bandwidth-delay product, so that a rate that was limited by its window
 * can double at each plan, as in slow start (RFC 5681 section 3.1).
 */
@Component(property = PluginSlots.TYPE + "=network")
public final class NetworkStrategy implements RoutingStrategy {
    /** More sources than this cost requests and bring no speed. */
    static final int MAX_SHARES = 64;

    /** Places kept for peers that have everything. */
    static final int COMPLETE_SHARES = 4;

    /** Of the longest piece. */
    private static final int PIECE_BYTES = 256 * 1024;

    /** One piece arrives while the next is asked for. */
    static final int MIN_WINDOW_BYTES = 2 * PIECE_BYTES;

    static final int MAX_WINDOW_BYTES = 64 * PIECE_BYTES;

    /** Peers that failed this often are asked only when few others are there. */
    static final int MANY_FAILURES = 3;

    private static final int MAX_WEIGHT = 1_000_000;

    /**
     * A neighbour's byte spares the WAN, so it counts more than a distant one of the same speed.
     */
    private static final int LAN_BONUS = 4;

    /** What an origin still gets while other peers could do all of it: enough to see it live. */
    private static final int SPARED_ORIGIN_PART = 50;

    /** Disk, hashing and scheduling at both ends take about this long, whatever the link. */
    private static final long FLOOR_RTT_MICROS = 10_000;

    private static final long UNKNOWN_LAN_RTT_MICROS = 1_000;
    private static final long UNKNOWN_WAN_RTT_MICROS = 50_000;
    private static final long UNKNOWN_LAN_BYTES_PER_SECOND = 10_000_000;
    private static final long UNKNOWN_WAN_BYTES_PER_SECOND = 2_000_000;

    /** Best first; ties are broken by chance, so that equal peers share the load of many nodes. */
    private static final Comparator<Source> BEST_FIRST =
            Comparator.comparing((Source s) -> s.peer.failures() >= MANY_FAILURES)
                    .thenComparing(s -> s.peer.origin())
                    .thenComparing(s -> !s.peer.sameLan())
                    .thenComparing(Comparator.comparingDouble((Source s) -> s.worth).reversed())
                    .thenComparingLong(s -> s.rttMicros)
                    .thenComparingInt(s -> s.lot);

    private record Source(
            PeerView peer, long bytesPerSecond, long rttMicros, double worth, int lot) {}

    @Override
    public Plan plan(TransferView view, RandomGenerator random) {
        List<PeerView> peers =
                view.peers().stream()
                        .filter(p -> !p.node().equals(view.self()))
                        .sorted(Comparator.comparing(PeerView::node))
                        .toList();
        List<Source> sources = sources(peers, random);
        boolean spareOrigins =
                peers.stream()
                        .anyMatch(p -> p.complete() && !p.origin() && p.failures() < MANY_FAILURES);
        double best =
                sources.stream()
                        .filter(s -> !spareOrigins || !s.peer.origin())
                        .mapToDouble(s -> s.worth)
                        .max()
                        .orElse(1);
        List<Plan.Share> shares = new ArrayList<>();
        for (Source source : chosen(sources)) {
            boolean spared = spareOrigins && source.peer.origin();
            shares.add(share(source, best, spared));
        }
        return new Plan(shares);
    }

    /**
     * The best ones, and in the last places some that have everything: without them a piece that
     * none of the best has would be out of reach.
     */
    private static List<Source> chosen(List<Source> sources) {
        if (sources.size() <= MAX_SHARES) {
            return sources;
        }
        int best = MAX_SHARES - COMPLETE_SHARES;
        List<Source> chosen = new ArrayList<>(sources.subList(0, best));
        List<Source> rest = sources.subList(best, sources.size());
        rest.stream().filter(s -> s.peer.complete()).limit(COMPLETE_SHARES).forEach(chosen::add);
        rest.stream()
                .filter(s -> !s.peer.complete())
                .limit(MAX_SHARES - chosen.size())
                .forEach(chosen::add);
        return chosen;
    }

    private static List<Source> sources(List<PeerView> peers, RandomGenerator random) {
        long lanRate = usual(peers, true, UNKNOWN_LAN_BYTES_PER_SECOND);
        long wanRate = usual(peers, false, UNKNOWN_WAN_BYTES_PER_SECOND);
        List<Source> sources = new ArrayList<>();
        for (PeerView peer : peers) {
            long rate = peer.bytesPerSecond();
            if (rate <= 0) {
                rate = peer.sameLan() ? lanRate : wanRate;
            }
            long rtt = peer.rttMicros();
            if (rtt <= 0) {
                rtt = peer.sameLan() ? UNKNOWN_LAN_RTT_MICROS : UNKNOWN_WAN_RTT_MICROS;
            }
            sources.add(new Source(peer, rate, rtt, worth(peer, rate), random.nextInt()));
        }
        sources.sort(BEST_FIRST);
        return sources;
    }

    /**
     * The rate a second of asking brings: less when much is asked for already, halved by each late
     * failure.
     */
    private static double worth(PeerView peer, long rate) {
        double busySeconds = (double) Math.max(0, peer.inFlightBytes()) / rate;
        double worth = rate / (1 + busySeconds);
        worth /= 1 << Math.min(Math.max(0, peer.failures()), 10);
        return peer.sameLan() ? worth * LAN_BONUS : worth;
    }

    /** The median rate of the measured peers of a kind. */
    private static long usual(List<PeerView> peers, boolean lan, long otherwise) {
        long[] rates =
                peers.stream()
                        .filter(p -> p.sameLan() == lan && p.bytesPerSecond() > 0)
                        .mapToLong(PeerView::bytesPerSecond)
                        .sorted()
                        .toArray();
        return rates.length == 0 ? otherwise : rates[rates.length / 2];
    }

    private static Plan.Share share(Source source, double best, boolean spared) {
        double part = source.worth / best;
        if (spared) {
            part = Math.min(part, 1) / SPARED_ORIGIN_PART;
        }
        int weight = Math.clamp(Math.round(part * MAX_WEIGHT), 1, MAX_WEIGHT);
        return new Plan.Share(
                source.peer.node(), weight, spared ? MIN_WINDOW_BYTES : window(source));
    }

    private static int window(Source source) {
        if (source.peer.failures() > 0) {
            return MIN_WINDOW_BYTES;
        }
        double seconds = Math.max(source.rttMicros, FLOOR_RTT_MICROS) / 1e6;
        double bytes = 2 * seconds * source.bytesPerSecond;
        return (int) Math.clamp(bytes, MIN_WINDOW_BYTES, MAX_WINDOW_BYTES);
    }
}
