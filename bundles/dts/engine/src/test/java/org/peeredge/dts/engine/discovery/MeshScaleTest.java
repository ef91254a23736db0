// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.engine.discovery.MeshSim.Node;
import org.peeredge.kernel.api.NodeId;

/**
 * What an idle member of a large mesh says and keeps, and whether what is held is found. Default:
 * 1,000 members; {@code -Dpeeredge.members=10000} is the nightly run. Decision record 0014 has the
 * figures of both.
 */
class MeshScaleTest {
    private static final long SECOND = MeshSim.SECOND;
    private static final int MEMBERS = Integer.getInteger("peeredge.members", 1000);
    private static final int BLOBS = 10 * MEMBERS;
    private static final int HELD = 100;
    private static final int SEARCHES = 200;
    private static final boolean LARGE = MEMBERS > 1000;
    private static final int PROBES = LARGE ? 50 : 25;
    private static final long WARM_NANOS = (LARGE ? 15 : 10) * 60L * SECOND;
    private static final long MEASURED_NANOS = (LARGE ? 35 : 20) * 60L * SECOND;
    private static final int[] SIZES = {1, 1, 2, 4, 8, 16, 32, 40, 64, 100};

    private final MeshSim sim = new MeshSim(11, DiscoverySettings.defaults());

    @Test
    void idleMembersSayLittleAndEverythingIsFound() {
        long before = usedBytes();
        List<List<Node>> holders = build();
        sim.nodes.forEach(Node::start);
        sim.run(WARM_NANOS);
        long heap = (usedBytes() - before) / MEMBERS;
        sim.nodes.forEach(n -> n.said.clear());
        sim.run(MEASURED_NANOS);
        double[] all = sim.nodes.stream().mapToDouble(this::kilobits).sorted().toArray();
        double seconds = MEASURED_NANOS / 1e9;
        List<Node> trackers = sim.nodes.stream().filter(Node::tracker).toList();
        List<Node> others = sim.nodes.stream().filter(n -> !n.tracker()).toList();
        long filters =
                sim.nodes.stream()
                        .mapToLong(n -> n.discovery.status().filterBytes())
                        .max()
                        .orElse(0);
        System.out.printf(
                Locale.ROOT,
                "members %d, blobs %d, networks %d, trackers %d, links %.1f, of trackers %.1f%n%s%s%s"
                        + "heap a node %.1f KiB; filters of a tracker %.1f KiB, remotes %.1f%n",
                MEMBERS,
                BLOBS,
                sim.nodes.getLast().network + 1,
                trackers.size(),
                sim.nodes.stream().mapToInt(n -> n.links.size()).average().orElse(0),
                trackers.stream().mapToInt(n -> n.links.size()).average().orElse(0),
                Traffic.line("all", sim.nodes, this::kilobits, seconds),
                Traffic.line("trackers", trackers, this::kilobits, seconds),
                Traffic.line("others", others, this::kilobits, seconds)
                        + Traffic.line("busiest", busiest(), this::kilobits, seconds),
                heap / 1024.0,
                filters / 1024.0,
                trackers.stream()
                        .mapToInt(n -> n.discovery.status().remotes())
                        .average()
                        .orElse(0));
        int found = search(holders);
        System.out.printf(Locale.ROOT, "found %d of %d%n", found, SEARCHES);
        double[] known = untilKnown();
        System.out.printf(
                Locale.ROOT,
                "a new holder elsewhere is known after s: median %.1f, p90 %.1f, most %.1f%n",
                known[known.length / 2],
                known[known.length * 9 / 10],
                known[known.length - 1]);
        assertTrue(found >= SEARCHES * 99 / 100, found + " found of " + SEARCHES);
        assertTrue(known[PROBES - 1] < 1200, "a new holder is not known after 20 min");
        assertTrue(all[all.length - 1] <= 4, "kbit/s of the busiest: " + all[all.length - 1]);
        assertTrue(heap < 1 << 20, "heap of a node: " + heap);
    }

    private List<List<Node>> build() {
        for (int network = 0; sim.nodes.size() < MEMBERS; network++) {
            int size = SIZES[sim.random.nextInt(SIZES.length)];
            for (int i = 0; i < size && sim.nodes.size() < MEMBERS; i++) {
                sim.node(network);
            }
        }
        List<List<Node>> holders = new ArrayList<>();
        for (int blob = 0; blob < BLOBS; blob++) {
            holders.add(new ArrayList<>(2));
        }
        for (Node node : sim.nodes) {
            for (int i = 0; i < HELD; i++) {
                // Half of it popular (density falls with the rank), half anything.
                double u = sim.random.nextDouble();
                int blob = (int) (BLOBS * (i % 2 == 0 ? u * u * u * u : u));
                node.discovery.hold(Keys.mix(blob));
                holders.get(blob).add(node);
            }
        }
        return holders;
    }

    /**
     * Messages as simulated; pings and beacons as they are by rule, with acknowledgements.
     * Neighbours that neither follows the other are idle for long in all of the time measured.
     */
    private double kilobits(Node node) {
        double seconds = MEASURED_NANOS / 1e9;
        double said = node.said.bytes() / seconds;
        double each = 2.0 * MeshSim.PING_BYTES + MeshSim.ACK_BYTES;
        double pings = 0;
        for (Node other : node.links.values()) {
            boolean rests = node.near(other) && !node.follows(other) && !other.follows(node);
            pings += each / ((rests ? MeshSim.REST_NANOS : MeshSim.PING_NANOS) / 1e9);
        }
        int size = sim.networkSize(node.network);
        double interval = Math.clamp(8.0 * size, 10, 480);
        double beacons = size * 150 / interval;
        return (said + pings + beacons) * 8 / 1000;
    }

    private int search(List<List<Node>> holders) {
        int found = 0;
        for (int i = 0; i < SEARCHES; i++) {
            int blob = sim.random.nextInt(BLOBS);
            while (holders.get(blob).isEmpty()) {
                blob = sim.random.nextInt(BLOBS);
            }
            Node asker = sim.nodes.get(sim.random.nextInt(MEMBERS));
            Set<NodeId> named = sim.find(asker, Keys.mix(blob)).holders();
            boolean right = holders.get(blob).stream().anyMatch(n -> named.contains(n.id));
            found += right || holders.get(blob).contains(asker) ? 1 : 0;
        }
        return found;
    }

    /** Seconds until somebody in another network, who asks each 5 s, finds who took up a blob. */
    private double[] untilKnown() {
        double[] out = new double[PROBES];
        Arrays.fill(out, Double.POSITIVE_INFINITY);
        int[] open = {PROBES};
        for (int i = 0; i < PROBES; i++) {
            int probe = i;
            Node holder = sim.nodes.get(sim.random.nextInt(MEMBERS));
            Node asker = sim.nodes.get(sim.random.nextInt(MEMBERS));
            while (asker.network == holder.network) {
                asker = sim.nodes.get(sim.random.nextInt(MEMBERS));
            }
            Node who = asker;
            long key = Keys.mix(BLOBS + probe);
            sim.time.after(
                    sim.random.nextLong(60 * SECOND),
                    () -> {
                        long since = sim.time.nanos();
                        holder.discovery.hold(key);
                        probe(
                                holder,
                                who,
                                key,
                                () -> {
                                    out[probe] = (sim.time.nanos() - since) / 1e9;
                                    open[0]--;
                                });
                    });
        }
        sim.until(() -> open[0] == 0, 20 * 60 * SECOND);
        Arrays.sort(out);
        return out;
    }

    private void probe(Node holder, Node asker, long key, Runnable found) {
        long next = sim.time.nanos() + 5 * SECOND;
        asker.discovery.find(
                key,
                r -> {
                    if (r.holders().contains(holder.id)) {
                        found.run();
                    } else {
                        sim.time.after(
                                Math.max(1, next - sim.time.nanos()),
                                () -> probe(holder, asker, key, found));
                    }
                });
    }

    private List<Node> busiest() {
        return sim.nodes.stream()
                .sorted(Comparator.comparingDouble(this::kilobits).reversed())
                .limit(1)
                .toList();
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
