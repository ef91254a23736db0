// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Firewall;
import org.peeredge.kit.simnet.Link;
import org.peeredge.kit.simnet.Port;

/**
 * Seeded schedules of faults on 50 nodes: every node that lives at the end has the blob, with
 * genuine pieces, or the seed is printed. {@code -Dpeeredge.schedules=1000} runs more, {@code
 * -Dpeeredge.seed=N} one.
 */
class SwarmFaultsTest {
    private static final int NODES = 50;

    @Test
    void allComplete() {
        String one = System.getProperty("peeredge.seed", "");
        int schedules = Integer.getInteger("peeredge.schedules", 200);
        List<String> failed = Collections.synchronizedList(new ArrayList<>());
        if (!one.isEmpty()) {
            schedule(Long.parseLong(one), false, failed);
        } else {
            // Each schedule is a world of its own: they share nothing but the list.
            LongStream.rangeClosed(1, schedules)
                    .parallel()
                    .forEach(seed -> schedule(seed, false, failed));
        }
        assertEquals(List.of(), failed);
    }

    @Test
    void sameSeedSameTrace() {
        List<String> failed = new ArrayList<>();
        assertEquals(schedule(4711, false, failed), schedule(4711, false, failed));
        assertEquals(schedule(4711, true, failed), schedule(4711, true, failed));
        assertEquals(List.of(), failed);
    }

    /** As above, each node far from the others, and all that they send coded. */
    @Test
    void codedTransfersCompleteToo() {
        String one = System.getProperty("peeredge.seed", "");
        int schedules = Integer.getInteger("peeredge.schedules", 200) / 2;
        List<String> failed = Collections.synchronizedList(new ArrayList<>());
        if (!one.isEmpty()) {
            schedule(Long.parseLong(one), true, failed);
        } else {
            LongStream.rangeClosed(1, schedules)
                    .parallel()
                    .forEach(seed -> schedule(seed, true, failed));
        }
        assertEquals(List.of(), failed);
    }

    private static void code(SwarmSim sim, SplittableRandom r) {
        sim.speeds = SimCodecs.SPEEDS;
        sim.coding = SimCodecs.use(List.of("rs", "fft", "raptorq", Coding.AUTO).get(r.nextInt(4)));
        if (sim.coding.use().equals(Coding.AUTO) || r.nextBoolean()) {
            double lost = r.nextInt(4) * 0.01;
            sim.loss = (node, nanos) -> nanos / SwarmSim.SECOND % 2 == node % 2 ? lost : 0;
        }
    }

    static long schedule(long seed, boolean coded, List<String> failed) {
        SwarmSim sim = new SwarmSim(seed);
        sim.tickNanos = 150 * SimNode.MILLI;
        SplittableRandom r = new SplittableRandom(seed * 31 + 7);
        if (coded) {
            code(sim, new SplittableRandom(seed));
        }
        sim.network.firewall().applyTo(m -> !(m instanceof SimNode.Symbols));
        Link link = new Link(200_000_000, 200_000_000, 500_000, 64L << 20, 1 << 20);
        boolean helper = r.nextInt(4) != 0;
        SimNode origin = sim.node("origin", 0, link, Role.ORIGIN);
        SimContent content =
                sim.content(
                        "blob" + seed,
                        (8L + r.nextInt(r.nextInt(4) == 0 ? 25 : 9)) * Pieces.MIN_PIECE_BYTES
                                - r.nextInt(1000));
        sim.upstream.bytesPerSecond = 40 << 20;
        if (helper) {
            sim.upstream.only = r.nextBoolean() ? null : origin;
        }
        if (r.nextInt(3) == 0) {
            sim.give(origin, content);
        }
        List<SwarmSim.Want> wants = new ArrayList<>();
        Set<SimNode> liars = new LinkedHashSet<>();
        int lans = coded ? NODES : 1 + r.nextInt(3);
        for (int i = 1; i < NODES; i++) {
            SimNode node = sim.node("n" + i, i % lans, link);
            if (i >= 40 && r.nextInt(8) == 0) {
                liars.add(node);
                lie(sim, node, content, r.nextInt(coded ? 4 : 3));
            }
        }
        if (!helper) {
            sim.cut(origin);
        }
        for (SimNode node : sim.nodes) {
            if (node != origin && !liars.contains(node)) {
                long at =
                        r.nextInt(4) == 0
                                ? r.nextLong(2 * SwarmSim.SECOND)
                                : r.nextLong(1 + SimNode.MILLI * 100);
                sim.time.after(at, () -> wants.add(sim.want(node, content, true)));
            }
        }
        int faults = 1 + r.nextInt(5);
        for (int i = 0; i < faults; i++) {
            fault(sim, r, origin);
        }
        sim.runFor(2 * SwarmSim.SECOND + 1);
        boolean done = sim.run(wants, 300);
        check(seed, wants, content, done, failed);
        bans(seed, sim, liars, failed);
        return sim.network.trace();
    }

    /** Whatever breaks: nobody who is honest is banned by anyone who is. */
    private static void bans(long seed, SwarmSim sim, Set<SimNode> liars, List<String> failed) {
        for (SimNode node : sim.nodes) {
            boolean wrong = node.punished.stream().anyMatch(b -> !liars.contains(sim.byId(b)));
            if (!liars.contains(node) && wrong) {
                failed.add("seed " + seed + ": " + node + " banned " + node.reasons);
            }
        }
    }

    private static void lie(SwarmSim sim, SimNode node, SimContent content, int how) {
        switch (how) {
            case 0 -> {
                node.corrupts = true;
                sim.give(node, content);
            }
            case 1 -> node.boasts = true;
            case 3 -> {
                node.forgesSymbols = true;
                sim.give(node, content);
            }
            default -> {
                // Two that sign the same false map would be believed: one at most.
                node.falseMaps = sim.nodes.stream().noneMatch(n -> n.falseMaps);
                node.corrupts = !node.falseMaps;
                sim.give(node, content);
            }
        }
    }

    private static void fault(SwarmSim sim, SplittableRandom r, SimNode origin) {
        long at = r.nextLong(SwarmSim.SECOND);
        long until = at + r.nextLong(3 * SwarmSim.SECOND);
        SimNode node = sim.nodes.get(r.nextInt(NODES));
        if (node == origin && sim.upstream.only == origin) {
            // The only one that can reach the registry must not be away for good.
            node = sim.nodes.get(1 + r.nextInt(NODES - 1));
        }
        hit(sim, r, origin, node, at, until);
    }

    private static void hit(
            SwarmSim sim, SplittableRandom r, SimNode origin, SimNode node, long at, long until) {
        SimNode other = sim.nodes.get(r.nextInt(NODES));
        Firewall wall = sim.network.firewall();
        switch (r.nextInt(10)) {
            case 0 -> {
                sim.time.after(at, node::kill);
                sim.time.after(until, () -> restart(node));
            }
            case 1 -> {
                sim.time.after(at, () -> sim.network.cut(node.port(), other.port()));
                sim.time.after(until, () -> sim.reconnect());
            }
            case 2 -> {
                Set<Port> side = new LinkedHashSet<>();
                for (SimNode n : sim.nodes) {
                    if (r.nextInt(3) == 0) {
                        side.add(n.port());
                    }
                }
                sim.time.after(at, () -> wall.partition(side));
                sim.time.after(until, wall::heal);
            }
            case 3 -> {
                sim.time.after(at, () -> wall.freeze(node.port(), true));
                sim.time.after(until, () -> wall.freeze(node.port(), false));
            }
            case 4 ->
                    sim.time.after(
                            at,
                            () -> {
                                node.hung = true;
                                wall.freeze(node.port(), true);
                            });
            case 5 -> {
                for (SimNode n : sim.nodes) {
                    wall.drop(node.port(), n.port(), 300_000);
                    wall.duplicate(n.port(), node.port(), 300_000);
                    wall.reorder(n.port(), node.port(), 30 * SimNode.MILLI);
                }
                sim.time.after(until, wall::heal);
            }
            case 6 -> sim.upstream.refusals = 1 + r.nextInt(3);
            case 7 -> sim.upstream.breakEvery = 5 + r.nextInt(20);
            case 8 -> {
                sim.time.after(at, () -> node.disk.full = true);
                sim.time.after(until, () -> node.disk.full = false);
            }
            default -> sim.time.after(at, () -> originGone(sim, origin));
        }
    }

    private static void originGone(SwarmSim sim, SimNode origin) {
        // Only when the registry can be reached by others: else nobody could complete.
        if (sim.upstream.only == null && origin.alive) {
            origin.kill();
        }
    }

    private static void restart(SimNode node) {
        if (!node.alive) {
            node.start();
        }
    }

    private static void check(
            long seed,
            List<SwarmSim.Want> wants,
            SimContent content,
            boolean done,
            List<String> failed) {
        StringBuilder open = new StringBuilder();
        for (SwarmSim.Want w : wants) {
            if (w.node.alive && !w.node.hung && w.doneNanos < 0) {
                open.append(' ').append(w.node).append(w.never == null ? "" : " " + w.never);
                open.append(w.node.swarm().transfers());
            }
            if (w.doneNanos >= 0
                    && w.node.disk.blob(content.digest()).genuine.cardinality()
                            < content.pieces()) {
                open.append(' ').append(w.node).append(" has false pieces");
            }
        }
        if (!open.isEmpty()) {
            failed.add("seed " + seed + (done ? "" : " ran out of time:") + open);
        }
    }
}
