// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Topology.Lan;
import org.peeredge.itests.lab.Topology.Link;
import org.peeredge.itests.lab.Traffic;

/**
 * One image, wanted by every member: what {@link Rounds} measures, and which figures come of it.
 */
final class Distributions {
    private static final Link FAST = Link.of(100);
    private static final String REGISTRY_BOUND = "baseline (its bound)";

    private Distributions() {}

    /** All of them. */
    static List<Experiment> all() {
        List<Experiment> all = new ArrayList<>();
        for (boolean helped : List.of(false, true)) {
            for (int members : List.of(4, 8, 16, 32)) {
                all.add(oneLan(members, helped));
            }
        }
        all.add(threeLans("p2", 4, false, false));
        all.add(threeLans("p2h", 4, false, true));
        all.add(threeLans("p3", 4, true, false));
        all.add(threeLans("p3h", 4, true, true));
        all.add(threeLans("p3-16", 16, true, false));
        all.add(staggered());
        all.add(unequal());
        return all;
    }

    /** Ours, with the helper or without, and the others, which take turns with it. */
    private static List<String> systems(boolean helped, boolean baseline) {
        List<String> systems = new ArrayList<>();
        systems.add(helped ? Arena.HELPED : Arena.PLAIN);
        if (baseline) {
            systems.add(Arena.BASELINE);
        }
        systems.addAll(List.of(Arena.TORRENT, Arena.SUPER_SEED));
        return systems;
    }

    /** Both of ours, the helped one first, and the others. */
    private static List<String> both(boolean baseline) {
        List<String> systems = new ArrayList<>(systems(false, baseline));
        systems.addFirst(Arena.HELPED);
        return systems;
    }

    private static Experiment oneLan(int members, boolean helped) {
        boolean many = members >= 16;
        double factor = many ? 8 : 4;
        Topology topology = Topology.oneLan(members, FAST).dividedBy(factor);
        Scenario scenario =
                new Scenario(
                        "p1-" + members + (helped ? "h" : ""),
                        "one LAN, N = " + members + with(helped),
                        topology,
                        factor,
                        0,
                        false,
                        "",
                        systems(helped, !many));
        return experiment(
                scenario,
                runs -> {
                    SwarmRow last =
                            ofBound("last done / bound", runs)
                                    .goal(
                                            many ? "<= 1.40" : "<= 1.30",
                                            many ? "<= 1.40" : "<= 1.25",
                                            many ? "1.15" : "1.12");
                    SwarmRow copies =
                            SwarmRow.of("origin copies", "x", runs, SwarmRun::originCopies)
                                    .goal(
                                            many ? "<= 1.15" : "<= 1.10",
                                            many ? "<= 1.15" : "<= 1.05",
                                            many ? "1.05" : "1.02");
                    return List.of(
                            many ? last.with(REGISTRY_BOUND, members) : last,
                            many ? copies.with(REGISTRY_BOUND, members) : copies,
                            SwarmRow.of("last done", "s", runs, SwarmRun::last),
                            SwarmRow.of("mean", "s", runs, SwarmRun::mean),
                            wasted(runs));
                });
    }

    private static String with(boolean helped) {
        return helped ? ", with the helper" : "";
    }

    private static Experiment threeLans(String id, int members, boolean congested, boolean helped) {
        boolean many = members >= 16;
        double factor = many ? 8 : 4;
        Topology topology =
                new Topology(
                                FAST,
                                true,
                                Collections.nCopies(3, Lan.of(members, Link.of(200), Link.of(40))))
                        .dividedBy(factor);
        String title =
                "3 LANs x "
                        + members
                        + " members behind 40 Mbit/s, origin 100 Mbit/s"
                        + (congested ? ", 50 to 90 % of one uplink taken, in turn" : "")
                        + with(helped);
        Scenario scenario =
                new Scenario(id, title, topology, factor, 0, congested, "", systems(helped, !many));
        return experiment(scenario, congested ? Distributions::congested : Distributions::lans);
    }

    private static List<SwarmRow> lans(List<SwarmRun> runs) {
        List<SwarmRow> rows = new ArrayList<>();
        rows.add(
                SwarmRow.of(
                                "last done / (S / uplink)",
                                "x",
                                runs,
                                run ->
                                        run.last()
                                                / Bounds.seconds(run.bytes(), uplinkMegabits(run)))
                        .goal("<= 1.4", "<= 1.4", "1.15"));
        rows.add(
                SwarmRow.of("copies into the LAN that takes most", "x", runs, SwarmRun::wanCopies)
                        .goal("<= 1.10", "<= 1.10", "1.03"));
        rows.add(peak(runs).versus(Arena.BASELINE, false).goal("<= 1.4", "<= 1.4", "1.2"));
        rows.add(mean(runs).versus(Arena.BASELINE, true).goal(">= 3.2", ">= 3.2", "3.9"));
        rows.add(mean(runs).versus(Arena.TORRENT, true).goal(">= 1.6", ">= 1.6", "2.0"));
        rows.add(mean(runs));
        rows.add(SwarmRow.of("last done", "s", runs, SwarmRun::last));
        rows.add(SwarmRow.of("origin copies", "x", runs, SwarmRun::originCopies));
        rows.add(SwarmRow.of("bytes on uplinks", "MB", runs, run -> run.wanBytes() / 1e6));
        rows.add(peak(runs));
        rows.add(wasted(runs));
        return rows;
    }

    /** Of LANs that are all alike. */
    private static double uplinkMegabits(SwarmRun run) {
        return run.scenario().topology().lans().getFirst().uplink().downMegabits();
    }

    /**
     * With 16 members the registry alone is not measured, as everywhere: what it sends is certain
     * (every member takes one copy through its uplink), how long it takes is not.
     */
    private static List<SwarmRow> congested(List<SwarmRun> runs) {
        List<SwarmRow> rows = new ArrayList<>();
        SwarmRow crossed = SwarmRow.of("bytes on uplinks", "MB", runs, run -> run.wanBytes() / 1e6);
        boolean many = !runs.isEmpty() && runs.getFirst().nodes().size() > 12;
        if (many) {
            SwarmRun any = runs.getFirst();
            double least = any.nodes().size() * any.bytes() * Traffic.WIRE;
            crossed = crossed.with(REGISTRY_BOUND, least / 1e6);
            rows.add(crossed.versus(REGISTRY_BOUND, false).goal("<= 0.08", "<= 0.08", "0.07"));
        } else {
            rows.add(mean(runs).versus(Arena.BASELINE, true).goal(">= 2.9", ">= 2.9", "3.6"));
            rows.add(crossed.versus(Arena.BASELINE, false).goal("<= 0.28", "<= 0.28", "0.26"));
        }
        rows.add(peak(runs).versus(Arena.TORRENT, false).goal("<= 0.55", "<= 0.55", "0.5"));
        rows.add(mean(runs));
        rows.add(SwarmRow.of("last done", "s", runs, SwarmRun::last));
        rows.add(SwarmRow.of("origin copies", "x", runs, SwarmRun::originCopies));
        rows.add(crossed);
        rows.add(peak(runs));
        rows.add(wasted(runs));
        return rows;
    }

    private static Experiment staggered() {
        Topology topology = Topology.oneLan(16, FAST).dividedBy(8);
        Scenario scenario =
                new Scenario(
                        "staggered",
                        "one LAN, 16 members, one joins a second",
                        topology,
                        8,
                        1,
                        false,
                        "",
                        both(false));
        return experiment(
                scenario,
                runs ->
                        List.of(
                                ofBound("slowest member's time / its bound", runs)
                                        .goal("<= 1.5", "<= 1.5", "1.2"),
                                SwarmRow.of(
                                        "median member's time / its bound",
                                        "x",
                                        runs,
                                        run -> run.percentile(50) / own(run)),
                                SwarmRow.of("origin copies", "x", runs, SwarmRun::originCopies),
                                wasted(runs)));
    }

    /** Of links that are all alike: a member cannot have all sooner than its own link lets it. */
    private static double own(SwarmRun run) {
        return Bounds.seconds(run.bytes(), run.scenario().topology().origin().upMegabits());
    }

    private static Experiment unequal() {
        List<Link> members =
                List.of(5, 10, 20, 40, 60, 100, 150, 200).stream()
                        .map(up -> new Link(up, 100))
                        .toList();
        Topology topology = new Topology(FAST, false, List.of(new Lan(members, FAST))).dividedBy(4);
        boolean slow = SlowDisk.possible();
        String disk = slow ? "one with a slow disk" : "no slow disk (no cgroup v1 here)";
        Scenario scenario =
                new Scenario(
                        "p6",
                        "one LAN, 8 members with up-links of 5 to 200 Mbit/s, " + disk,
                        topology,
                        4,
                        0,
                        false,
                        slow ? "h5" : "",
                        both(true));
        return experiment(
                scenario,
                runs ->
                        List.of(
                                SwarmRow.of(
                                                slow
                                                        ? "p95 / median"
                                                        : "p95 / median without a slow disk",
                                                "x",
                                                runs,
                                                run -> run.percentile(95) / run.percentile(50))
                                        .goal("<= 1.3", "<= 1.3", "1.1"),
                                ofBound("last done / bound", runs),
                                SwarmRow.of("origin copies", "x", runs, SwarmRun::originCopies),
                                mean(runs),
                                wasted(runs)));
    }

    private static SwarmRow ofBound(String name, List<SwarmRun> runs) {
        ToDoubleFunction<SwarmRun> of =
                run ->
                        run.last()
                                / (run.scenario().gapSeconds() > 0
                                        ? own(run)
                                        : Bounds.swarm(run.scenario().topology(), run.bytes()));
        return SwarmRow.of(name, "x", runs, of);
    }

    private static SwarmRow mean(List<SwarmRun> runs) {
        return SwarmRow.of("mean", "s", runs, SwarmRun::mean);
    }

    private static SwarmRow peak(List<SwarmRun> runs) {
        return SwarmRow.of(
                "peak on uplinks over 0.5 s", "Mbit/s", runs, run -> run.peakWanBits() / 1e6);
    }

    private static SwarmRow wasted(List<SwarmRun> runs) {
        return SwarmRow.of("received in vain", "%", runs, run -> run.wasted() * 100);
    }

    private static Experiment experiment(
            Scenario scenario, Function<List<SwarmRun>, List<SwarmRow>> rows) {
        return new Experiment() {
            @Override
            public String id() {
                return scenario.id();
            }

            @Override
            public Outcome measure(Path work, Tries tries)
                    throws IOException, InterruptedException {
                Scenario divided = scenario.divided(tries.divide());
                List<SwarmRun> runs =
                        Rounds.measure(
                                divided,
                                work,
                                tries,
                                (arena, system) -> {
                                    Content content = arena.publish(divided.layers());
                                    return new Rounds.Task(content, content.bytes());
                                });
                return new Outcome(divided.title(), runs, rows.apply(runs), bounds(divided, runs));
            }
        };
    }

    /** The bounds of what was distributed. */
    static Map<String, Double> bounds(Scenario scenario, List<SwarmRun> runs) {
        Map<String, Double> bounds = new LinkedHashMap<>();
        double bytes = runs.isEmpty() ? Double.NaN : runs.getFirst().bytes();
        bounds.put("swarm", Bounds.swarm(scenario.topology(), bytes));
        bounds.put("registry alone", Bounds.registry(scenario.topology(), bytes));
        return bounds;
    }
}
