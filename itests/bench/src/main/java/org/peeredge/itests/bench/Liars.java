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
import org.peeredge.itests.lab.Damage;
import org.peeredge.itests.lab.LabMesh;
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
    private static final String CONNECTED = "peeredge_dts_engine_connected_peers";

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

    /** What one pull showed; seconds are NaN where a liar was still connected at the end. */
    private record Seen(double last, double bad, double worst, double bannedSeconds) {}

    @Override
    public String id() {
        return SCENARIO.id();
    }

    @Override
    public Outcome measure(Path work, Tries tries) throws IOException, InterruptedException {
        Map<String, List<Seen>> seen = new LinkedHashMap<>();
        double bytes = Double.NaN;
        for (int liars = 1; liars <= MOST; liars++) {
            for (int i = 1; i <= tries.runs(); i++) {
                Path here = work.resolve(liars + "-" + i);
                try (Arena arena = Arena.open(SCENARIO, here)) {
                    arena.pull(Arena.HELPED, arena.publish(SCENARIO.layers()));
                    Content content = arena.publish(SCENARIO.layers());
                    bytes = content.bytes();
                    String name = liars + (liars == 1 ? " liar" : " liars");
                    seen.computeIfAbsent(name, n -> new ArrayList<>())
                            .add(pull(arena, here.resolve("pulled"), content, liars));
                }
            }
        }
        Map<String, Double> bounds = Map.of("swarm", Bounds.swarm(SCENARIO.topology(), bytes));
        return new Outcome(
                SCENARIO.title(),
                List.of(),
                List.of(
                        row("bad pieces per liar and victim", "", seen, Seen::bad),
                        row("the same of the victim with most", "", seen, Seen::worst),
                        row("all liars banned by all, after", "s", seen, Seen::bannedSeconds),
                        row("last done", "s", seen, Seen::last)),
                bounds);
    }

    private static Seen pull(Arena arena, Path pulled, Content content, int liars)
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
        Map<String, Double> before = bad(mesh, victims);
        Bans bans = new Bans(mesh, victims, MEMBERS - liars);
        Map<String, Double> seconds;
        try (Contender.Attempt attempt =
                Pulls.through("victims", arena.lab(), victims, mesh, pulled).prepare(content)) {
            bans.thread.start();
            seconds = attempt.go(0); // which fails where a pull does
        } finally {
            bans.end = System.nanoTime() + SETTLE_NANOS;
        }
        bans.thread.join();
        double sum = 0;
        double most = 0;
        for (Map.Entry<String, Double> now : bad(mesh, victims).entrySet()) {
            double of = now.getValue() - before.getOrDefault(now.getKey(), 0.0);
            sum += of;
            most = Math.max(most, of);
        }
        double piece = (double) Damage.PIECE_BYTES * liars;
        double last = seconds.values().stream().mapToDouble(x -> x).max().orElseThrow();
        Seen seen = new Seen(last, sum / victims.size() / piece, most / piece, bans.seconds);
        System.out.printf(Locale.ROOT, "  %d liars: %s%n", liars, seen);
        return seen;
    }

    private static Map<String, Double> bad(LabMesh mesh, List<String> hosts) {
        Map<String, Double> bad = new LinkedHashMap<>();
        hosts.forEach(host -> bad.put(host, mesh.metric(host, BAD)));
        return bad;
    }

    private static SwarmRow row(
            String name,
            String unit,
            Map<String, List<Seen>> seen,
            java.util.function.ToDoubleFunction<Seen> figure) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        seen.forEach((liars, list) ->
                values.put(liars, list.stream().map(figure::applyAsDouble).toList()));
        String must =
                switch (unit) {
                    case "" -> "<= 2";
                    case "s" -> name.startsWith("all liars") ? "<= 5" : "";
                    default -> "";
                };
        return new SwarmRow(name, unit, values, must, must, must.isEmpty() ? "" : "1");
    }

    /**
     * Looks when every victim has no more peers than are honest: from then on all have banned all
     * liars.
     */
    private static final class Bans {
        private final Thread thread = Thread.ofPlatform().unstarted(this::look);
        private final LabMesh mesh;
        private final List<String> victims;
        private final int honest; // the others and the helper
        private volatile long end = Long.MAX_VALUE;
        private double seconds = Double.NaN;

        Bans(LabMesh mesh, List<String> victims, int honest) {
            this.mesh = mesh;
            this.victims = victims;
            this.honest = honest;
        }

        private void look() {
            long start = System.nanoTime();
            List<String> left = new ArrayList<>(victims);
            while (end == Long.MAX_VALUE || System.nanoTime() - end < 0) {
                left.removeIf(host -> mesh.metric(host, CONNECTED) <= honest);
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
