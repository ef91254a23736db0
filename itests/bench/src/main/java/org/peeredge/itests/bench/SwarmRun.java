// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Traffic;

/**
 * One system has brought one content to all members.
 *
 * @param scenario which
 * @param system which
 * @param number from 1
 * @param bytes of the content that a member lacked
 * @param nodes by member
 * @param originBytes frames that left the origin
 * @param wanDownBytes frames into each member's LAN, by LAN; empty where there is one LAN
 * @param wanUpBytes frames out of them
 * @param peakWanBits most in both ways on all of these uplinks together over 0.5 s, bit/s
 * @param slowPeakWanBits the same over 5 s
 * @param machine what the cores did
 * @param doubts why it is thrown away; empty where it counts
 */
record SwarmRun(
        Scenario scenario,
        String system,
        int number,
        double bytes,
        Map<String, Node> nodes,
        double originBytes,
        Map<String, Double> wanDownBytes,
        Map<String, Double> wanUpBytes,
        double peakWanBits,
        double slowPeakWanBits,
        Machine.Seen machine,
        String doubts) {

    /**
     * A member: seconds from when it wanted the content, frames up and down its link, content by
     * source.
     */
    record Node(double seconds, double upBytes, double downBytes, Contender.Sources sources) {}

    static SwarmRun of(
            Scenario scenario,
            String system,
            int number,
            double bytes,
            Map<String, Double> seconds,
            Map<String, Contender.Sources> sources,
            Traffic traffic,
            Machine.Seen machine) {
        Map<String, Node> nodes = new TreeMap<>();
        seconds.forEach((host, time) ->
                nodes.put(
                        host,
                        new Node(
                                time,
                                traffic.up(host),
                                traffic.down(host),
                                sources.getOrDefault(host, Contender.Sources.UNKNOWN))));
        Topology topology = scenario.topology();
        Map<String, Double> down = new TreeMap<>();
        Map<String, Double> up = new TreeMap<>();
        List<String> wans = Arena.wans(topology);
        for (String lan : wans) {
            down.put(lan, (double) traffic.down(lan));
            up.put(lan, (double) traffic.up(lan));
        }
        double all =
                seconds.values().stream().mapToDouble(x -> x).max().orElseThrow()
                        + scenario.gapSeconds() * (seconds.size() - 1);
        return new SwarmRun(
                scenario,
                system,
                number,
                bytes,
                nodes,
                traffic.up("h0"),
                down,
                up,
                wans.isEmpty() ? Double.NaN : traffic.peakBits(wans, 0.5),
                wans.isEmpty() ? Double.NaN : traffic.peakBits(wans, 5),
                machine,
                machine.doubts(all));
    }

    boolean counts() {
        return doubts.isEmpty();
    }

    /** Seconds of every member, the quickest first. */
    List<Double> sorted() {
        return nodes.values().stream().map(Node::seconds).sorted().toList();
    }

    double last() {
        return sorted().getLast();
    }

    double mean() {
        return sorted().stream().mapToDouble(x -> x).average().orElseThrow();
    }

    /** A percentile of the members' seconds, by the nearest rank. */
    double percentile(int percent) {
        List<Double> sorted = sorted();
        return sorted.get((int) Math.ceil(sorted.size() * percent / 100.0) - 1);
    }

    double originCopies() {
        return originBytes / (bytes * Traffic.WIRE);
    }

    /** Copies into the LAN that took most. */
    double wanCopies() {
        return wanDownBytes.values().stream().mapToDouble(x -> x).max().orElse(Double.NaN)
                / (bytes * Traffic.WIRE);
    }

    /** All frames on the members' uplinks. */
    double wanBytes() {
        Collection<Double> both = new ArrayList<>(wanDownBytes.values());
        both.addAll(wanUpBytes.values());
        return both.isEmpty() ? Double.NaN : both.stream().mapToDouble(x -> x).sum();
    }

    /**
     * Content bytes received in vain, of all content bytes that were wanted; NaN where not counted.
     */
    double wasted() {
        return nodes.values().stream().mapToDouble(n -> n.sources().wasted()).sum()
                / (bytes * nodes.size());
    }
}
