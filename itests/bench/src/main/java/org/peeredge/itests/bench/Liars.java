// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.peeredge.itests.lab.Damage;
import org.peeredge.itests.lab.Lab;
import org.peeredge.itests.lab.LabMesh;
import org.peeredge.itests.lab.LinkWatch;
import org.peeredge.itests.lab.Topology;
import org.peeredge.itests.lab.Topology.Link;

/**
 * One to three of eight members have all of an image, and a bad byte in each piece of it on their
 * disks; the map of hashes is true. The others pull it at the same moment. A lab for each number of
 * liars, since they stay banned.
 */
final class Liars implements Experiment {
    private static final int MEMBERS = 8;
    private static final int FACTOR = 4;
    private static final int MOST = 3;
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long STEP_MILLIS = 500;
    private static final String BAD = "peeredge_dts_engine_bad_bytes_total";

    private static final Scenario SCENARIO =
            new Scenario(
                    "p7",
                    "one LAN, N = 8, of which 1 to 3 send bad pieces; with the helper",
                    Topology.oneLan(MEMBERS, Link.of(100)).dividedBy(FACTOR),
                    FACTOR,
                    0,
                    false,
                    "",
                    List.of(Arena.HELPED));

    /**
     * What one pull showed.
     *
     * @param bad pieces in vain for each liar, of the mean victim
     * @param worst the same of the victim with most
     * @param bannedSeconds infinite where a liar was still connected at the end
     */
    private record Seen(SwarmRun run, double bad, double worst, double bannedSeconds) {}

    @Override
    public String id() {
        return SCENARIO.id();
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        List<Seen> seen = new ArrayList<>();
        if (!tries.systems(SCENARIO).isEmpty()) {
            for (int liars = 1; liars <= MOST; liars++) {
                int good = 0;
                for (int i = 1; good < tries.runs() && i <= tries.runs() + tries.spare(); i++) {
                    Seen one = pull(work.resolve(liars + "-" + i), liars, i);
                    seen.add(one);
                    good += one.run.counts() ? 1 : 0;
                }
            }
        }
        List<SwarmRun> runs = seen.stream().map(Seen::run).toList();
        double bytes = runs.isEmpty() ? Double.NaN : runs.getFirst().bytes();
        return new Outcome(
                SCENARIO.title(),
                runs,
                List.of(
                        row("bad pieces per liar and victim", "x", seen, Seen::bad)
                                .goal("<= 2", "<= 2", "1"),
                        row("the same of the victim with most", "x", seen, Seen::worst)
                                .goal("<= 2", "<= 2", "1"),
                        row("all liars banned by all, after", "s", seen, Seen::bannedSeconds)
                                .goal("<= 5", "<= 5", "1")
                                .ofTheWorst(),
                        SwarmRow.of("last done", "s", runs, SwarmRun::last)),
                Map.of("swarm", Bounds.swarm(SCENARIO.topology(), bytes)));
    }

    private static Seen pull(Path here, int liars, int number)
            throws IOException, InterruptedException {
        try (Arena arena = Arena.open(SCENARIO, here)) {
            arena.pull(Arena.HELPED, arena.publish(SCENARIO.layers()));
            Content content = arena.publish(SCENARIO.layers());
            return pull(arena, here.resolve("pulled"), content, liars, number);
        }
    }

    private static Seen pull(Arena arena, Path pulled, Content content, int liars, int number)
            throws IOException, InterruptedException {
        List<String> members = SCENARIO.topology().members();
        List<String> bad = members.subList(0, liars);
        List<String> victims = members.subList(liars, members.size());
        LabMesh mesh = arena.mesh();
        try (Contender.Attempt first =
                Pulls.through("liars", arena.lab(), bad, mesh, pulled).prepare(content)) {
            first.go(0);
        }
        for (String host : bad) {
            Path blobs = mesh.node(host).spec().home().resolve("data/peeredge/store/blobs");
            for (Path blob : content.blobs()) {
                Damage.everyPiece(blobs, "sha256:" + blob.getFileName());
            }
        }
        mesh.awaitConnected(victims, MEMBERS);
        Map<String, Double> before = bad(mesh, victims);
        Bans bans = new Bans(arena.lab(), victims, bad);
        SwarmRun run;
        try (Contender.Attempt attempt =
                        Pulls.through("victims", arena.lab(), victims, mesh, pulled)
                                .prepare(content);
                LinkWatch watch = arena.lab().watch()) {
            TimeUnit.MILLISECONDS.sleep(STEP_MILLIS); // what prepared it has left the cores
            Machine machine = Machine.watch();
            bans.thread.start();
            Map<String, Double> seconds = attempt.go(0); // which fails where a pull does
            Machine.Seen cores = machine.stop();
            run =
                    SwarmRun.of(
                            SCENARIO,
                            Arena.HELPED + " + " + liars + (liars == 1 ? " liar" : " liars"),
                            number,
                            content.bytes(),
                            seconds,
                            attempt.sources(),
                            watch.stop(),
                            cores);
        } finally {
            bans.end = System.nanoTime() + SETTLE_NANOS;
        }
        bans.thread.join();
        return seen(run, before, bad(mesh, victims), liars, bans.seconds);
    }

    private static Seen seen(
            SwarmRun run,
            Map<String, Double> before,
            Map<String, Double> after,
            int liars,
            double bannedSeconds) {
        double sum = 0;
        double most = 0;
        for (Map.Entry<String, Double> now : after.entrySet()) {
            double of = now.getValue() - before.getOrDefault(now.getKey(), 0.0);
            sum += of;
            most = Math.max(most, of);
        }
        double piece = (double) Damage.PIECE_BYTES * liars;
        Seen seen = new Seen(run, sum / after.size() / piece, most / piece, bannedSeconds);
        System.out.printf(
                Locale.ROOT,
                "  %s %d: %.2f bad pieces per liar and victim, %.2f at most, banned after %.1f s, last %.2f s, busy %.0f %%%s%n",
                run.system(),
                run.number(),
                seen.bad,
                seen.worst,
                bannedSeconds,
                run.last(),
                run.machine().busy() * 100,
                run.counts() ? "" : "  THROWN AWAY: " + run.doubts());
        return seen;
    }

    private static Map<String, Double> bad(LabMesh mesh, List<String> hosts) {
        Map<String, Double> bad = new LinkedHashMap<>();
        hosts.forEach(host -> bad.put(host, mesh.metric(host, BAD)));
        return bad;
    }

    /** Of the pulls that count. */
    private static SwarmRow row(
            String name, String unit, List<Seen> seen, ToDoubleFunction<Seen> figure) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (Seen one : seen) {
            if (one.run.counts()) {
                values.computeIfAbsent(one.run.system(), s -> new ArrayList<>())
                        .add(figure.applyAsDouble(one));
            }
        }
        return SwarmRow.of(name, unit, values);
    }

    /** Looks when no victim has a connection with a liar any more: all have banned all. */
    private static final class Bans {
        private final Thread thread = Thread.ofPlatform().unstarted(this::look);
        private final Lab lab;
        private final List<String> victims;
        private final List<String> liars;
        private volatile long end = Long.MAX_VALUE;
        private double seconds = Double.POSITIVE_INFINITY;

        Bans(Lab lab, List<String> victims, List<String> liars) {
            this.lab = lab;
            this.victims = victims;
            this.liars = liars;
            for (String victim : victims) {
                for (String liar : liars) {
                    if (!lab.connected(victim, liar)) {
                        throw new IllegalStateException(
                                victim + " has no connection with " + liar + " to begin with");
                    }
                }
            }
        }

        private void look() {
            long start = System.nanoTime();
            List<String> left = new ArrayList<>(victims);
            while (end == Long.MAX_VALUE || System.nanoTime() - end < 0) {
                left.removeIf(
                        victim -> liars.stream().noneMatch(liar -> lab.connected(victim, liar)));
                if (left.isEmpty()) {
                    seconds = (System.nanoTime() - start) / 1e9;
                    return;
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(STEP_MILLIS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
