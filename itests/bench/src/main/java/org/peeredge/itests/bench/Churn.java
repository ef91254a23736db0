// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.LinkWatch;
import org.peeredge.itests.lab.TestImage.Layer;
import org.peeredge.itests.lab.TestImage.Packing;
import org.peeredge.itests.lab.Together;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Topology.Link;
import org.peeredge.itests.lab.Traffic;

/**
 * One member has an image, the others pull it, and those on whom most depends are killed meanwhile
 * as {@code kill -9} does: the LAN's tracker, the helper beside the registry, then the member that
 * had the image first, which comes back with its disk. Clients of nodes that live on ask once.
 */
final class Churn implements Experiment {
    private static final int MEMBERS = 8;
    private static final int FACTOR = 4;
    private static final int LAYERS = 4;

    /** Four times the image of other scenarios: there must be time to be killed in. */
    private static final int BYTES = 256 << 20;

    private static final String HELPER = "h0";
    private static final String HOLDER = "h1";

    /** The epoch of the lease, 0 where a node is not its LAN's tracker. */
    private static final String TRACKER = "peeredge_dts_engine_tracker_epoch";

    private static final double FIRST_KILL_SECONDS = 4;
    private static final double BETWEEN_SECONDS = 5;
    private static final double AWAY_SECONDS = 3;

    /** Who receives less than this part of what its link carries has not gone on. */
    private static final double GOING = 0.05;

    private static final Scenario SCENARIO =
            new Scenario(
                    "p5",
                    "one LAN, N = 8: tracker, helper and first holder are killed in turn",
                    Topology.oneLan(MEMBERS, Link.of(100)).dividedBy(FACTOR),
                    FACTOR,
                    0,
                    false,
                    "",
                    List.of(Arena.HELPED));

    /**
     * What one pull showed.
     *
     * @param complete percent of the members that wanted it
     * @param pauses the longest of any member after each kill, seconds, by who was killed
     * @param received content frames into the members that wanted it, of those that they lacked
     */
    private record Seen(
            SwarmRun run, double complete, Map<String, Double> pauses, double received) {
        double pause() {
            return Collections.max(pauses.values());
        }
    }

    @Override
    public String id() {
        return SCENARIO.id();
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        List<Seen> seen = new ArrayList<>();
        if (!tries.systems(SCENARIO).isEmpty()) {
            try (Arena arena = Arena.open(SCENARIO, work)) {
                arena.pull(Arena.HELPED, arena.publish(SCENARIO.layers()));
                int good = 0;
                for (int i = 1; good < tries.runs() && i <= tries.runs() + tries.spare(); i++) {
                    Seen one = new Turn(arena, work.resolve("pulled"), i).go();
                    print(one);
                    seen.add(one);
                    good += one.run.counts() ? 1 : 0;
                }
            }
        }
        List<SwarmRun> runs = seen.stream().map(Seen::run).toList();
        List<SwarmRow> rows = new ArrayList<>();
        rows.add(
                row("members that completed", "%", seen, Seen::complete)
                        .goal(">= 100", ">= 100", "100")
                        .ofTheWorst());
        rows.add(
                SwarmRow.of("received in vain", "%", runs, run -> run.wasted() * 100)
                        .goal("<= 5", "<= 5", "1"));
        rows.add(
                row("longest pause of a member", "s", seen, Seen::pause)
                        .goal("<= 2", "<= 2", "0.5"));
        for (String who : List.of("tracker", "helper", "first holder")) {
            rows.add(
                    row(
                            "the same after the " + who + " was killed",
                            "s",
                            seen,
                            one -> one.pauses.getOrDefault(who, Double.NaN)));
        }
        rows.add(row("frames received / frames of what was lacking", "x", seen, Seen::received));
        rows.add(SwarmRow.of("last done", "s", runs, SwarmRun::last));
        return new Outcome(SCENARIO.title(), runs, rows, Distributions.bounds(SCENARIO, runs));
    }

    private static SwarmRow row(
            String name, String unit, List<Seen> seen, ToDoubleFunction<Seen> figure) {
        List<Double> values =
                seen.stream()
                        .filter(one -> one.run.counts())
                        .map(figure::applyAsDouble)
                        .filter(value -> !value.isNaN())
                        .toList();
        return SwarmRow.of(name, unit, values.isEmpty() ? Map.of() : Map.of(Arena.HELPED, values));
    }

    private static void print(Seen one) {
        System.out.printf(
                Locale.ROOT,
                "  %s %d: %.0f %% complete, in vain %.2f %%, received %.3f x (%.0f MB from members, %.0f helper, %.0f registry), last %.2f s, busy %.0f %%%s%n",
                one.run.system(),
                one.run.number(),
                one.complete,
                one.run.wasted() * 100,
                one.received,
                sum(one.run, Contender.Sources::peers),
                sum(one.run, Contender.Sources::origin),
                sum(one.run, Contender.Sources::upstream),
                one.run.last(),
                one.run.machine().busy() * 100,
                one.run.counts() ? "" : "  THROWN AWAY: " + one.run.doubts());
    }

    /** In megabytes, of members whose nodes lived. */
    private static double sum(SwarmRun run, ToDoubleFunction<Contender.Sources> source) {
        return run.nodes().values().stream()
                        .map(SwarmRun.Node::sources)
                        .mapToDouble(source)
                        .filter(bytes -> !Double.isNaN(bytes))
                        .sum()
                / 1e6;
    }

    /** One pull. */
    private static final class Turn {
        private final Arena arena;
        private final LabMesh mesh;
        private final Path pulled;
        private final int number;
        private final List<String> wanting =
                SCENARIO.topology().members().stream().filter(h -> !h.equals(HOLDER)).toList();
        private final Set<String> failed = ConcurrentHashMap.newKeySet();
        private final Set<String> done = ConcurrentHashMap.newKeySet();

        /** Who was killed when, by what it was; by the watch's clock. */
        private final Map<String, Double> kills = new LinkedHashMap<>();

        Turn(Arena arena, Path pulled, int number) {
            this.arena = arena;
            this.mesh = arena.mesh();
            this.pulled = pulled;
            this.number = number;
        }

        Seen go() throws IOException, InterruptedException {
            Content content =
                    arena.publish(
                            Collections.nCopies(
                                    LAYERS, new Layer(BYTES / FACTOR / LAYERS, Packing.GZIP)));
            pulls("holder", List.of(HOLDER)).pull(HOLDER, content);
            String tracker = tracker();
            List<String> living = wanting.stream().filter(h -> !h.equals(tracker)).toList();
            Pulls clients = pulls("members", living);
            Seen seen;
            try (Contender.Attempt attempt = clients.prepare(content);
                    LinkWatch watch = arena.lab().watch()) {
                TimeUnit.MILLISECONDS.sleep(500); // what prepared it has left the cores
                Machine machine = Machine.watch();
                Thread killer = Thread.ofPlatform().start(() -> killInTurn(tracker, watch));
                Map<String, Double> seconds = pull(clients, content, tracker);
                Machine.Seen cores = machine.stop();
                killer.join();
                Map<String, Contender.Sources> sources = attempt.sources();
                Traffic traffic = watch.stop();
                SwarmRun run =
                        SwarmRun.of(
                                SCENARIO,
                                Arena.HELPED,
                                number,
                                content.bytes(),
                                seconds,
                                sources,
                                traffic,
                                cores);
                seen =
                        new Seen(
                                run,
                                100.0 * (wanting.size() - failed.size()) / wanting.size(),
                                pauses(traffic, living),
                                received(run));
            }
            if (wanting.contains(tracker)) {
                mesh.restart(tracker);
                clients.pull(tracker, content); // fails where what it had is of no use
            }
            recover(tracker);
            return seen;
        }

        private Pulls pulls(String name, List<String> hosts) {
            return Pulls.through(name, arena.lab(), hosts, mesh, pulled);
        }

        /** Who it is, where there is one; else the last member, so that a member is killed. */
        private String tracker() {
            List<String> nodes = new ArrayList<>(SCENARIO.topology().members());
            nodes.add(HELPER);
            for (String host : nodes) {
                if (mesh.metric(host, TRACKER) > 0) {
                    return host;
                }
            }
            System.out.println("  no node says that it is the tracker: the last member is killed");
            return wanting.getLast();
        }

        /** Seconds of the members whose nodes live on, where they got it. */
        private Map<String, Double> pull(Pulls clients, Content content, String tracker)
                throws InterruptedException {
            Map<String, Double> seconds =
                    Together.run(
                            wanting,
                            0,
                            host -> {
                                try {
                                    clients.pull(host, content);
                                    done.add(host);
                                } catch (AssertionError e) {
                                    if (!host.equals(tracker)) {
                                        failed.add(host);
                                        System.out.println("  " + host + " failed: " + e);
                                    }
                                }
                            });
            seconds.keySet().retainAll(done);
            return seconds;
        }

        private void killInTurn(String tracker, LinkWatch watch) {
            try {
                sleep(FIRST_KILL_SECONDS);
                kill("tracker", tracker, watch);
                if (!wanting.contains(tracker)) {
                    sleep(AWAY_SECONDS);
                    mesh.node(tracker).restart();
                    sleep(BETWEEN_SECONDS - AWAY_SECONDS);
                } else {
                    sleep(BETWEEN_SECONDS);
                }
                kill("helper", HELPER, watch);
                sleep(BETWEEN_SECONDS);
                kill("first holder", HOLDER, watch);
                sleep(AWAY_SECONDS);
                mesh.node(HOLDER).restart();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("cannot kill", e);
            }
        }

        private void kill(String what, String host, LinkWatch watch) throws InterruptedException {
            kills.put(what, watch.seconds());
            mesh.node(host).kill();
        }

        private static void sleep(double seconds) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep((long) (seconds * 1000));
        }

        /** Of members that live on, until the next one is killed or they have all. */
        private Map<String, Double> pauses(Traffic traffic, List<String> living) {
            double link = SCENARIO.topology().lans().getFirst().members().getFirst().downMegabits();
            double rate = link * 1e6 / 8 * GOING;
            Map<String, Double> longest = new LinkedHashMap<>();
            List<Map.Entry<String, Double>> killed = List.copyOf(kills.entrySet());
            for (int i = 0; i < killed.size(); i++) {
                double from = killed.get(i).getValue();
                double next =
                        i + 1 < killed.size() ? killed.get(i + 1).getValue() : Double.MAX_VALUE;
                Map<String, Double> of = new TreeMap<>();
                for (String host : living) {
                    double to = Math.min(next, traffic.lastReceived(host, rate));
                    of.put(host, traffic.longestPause(host, from, to, rate));
                }
                longest.put(killed.get(i).getKey(), Collections.max(of.values()));
                System.out.println(
                        "  after the "
                                + killed.get(i).getKey()
                                + " was killed at "
                                + Figure.number(from)
                                + " s, pauses in s: "
                                + numbers(of));
            }
            return longest;
        }

        private static String numbers(Map<String, Double> of) {
            return of.entrySet().stream()
                    .map(one -> one.getKey() + " " + Figure.number(one.getValue()))
                    .collect(Collectors.joining(", "));
        }

        private static double received(SwarmRun run) {
            return run.nodes().values().stream().mapToDouble(SwarmRun.Node::downBytes).sum()
                    / (run.bytes() * run.nodes().size() * Traffic.WIRE);
        }

        /** All nodes run and know each other again. */
        private void recover(String tracker) throws IOException, InterruptedException {
            if (!mesh.node(HELPER).alive()) {
                mesh.restart(HELPER);
            }
            mesh.awaitReady(HOLDER);
            mesh.awaitReady(tracker);
            mesh.awaitConnected(SCENARIO.topology().members(), MEMBERS);
            arena.forgetPulled();
        }
    }
}
