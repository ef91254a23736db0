// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Link;

/**
 * Seeded meshes of eight with one to three liars of every kind: all honest members complete, none
 * of them is banned by anyone, a liar costs each at most two pieces, and one whose lie can be shown
 * is banned by all. {@code -Dpeeredge.schedules=1000} runs more, {@code -Dpeeredge.seed=N} one.
 */
class SwarmLiarsTest {
    private static final int NODES = 8;
    private static final List<SimLiar> KINDS = List.copyOf(EnumSet.allOf(SimLiar.class));
    private static final int WASTED = 2;

    /** Where a false map or claim is about, it may be another's fault: that is seen later. */
    private static final int WASTED_IN_DOUBT = 8;

    /** Of many pieces more are under way when the first shows it: this part of them. */
    private static final int PART_IN_DOUBT = 8;

    @Test
    void liarsAreBannedEverywhereAndNobodyElseIs() {
        String one = System.getProperty("peeredge.seed", "");
        int schedules = Integer.getInteger("peeredge.schedules", 24);
        List<String> failed = Collections.synchronizedList(new ArrayList<>());
        if (!one.isEmpty()) {
            new Schedule(Long.parseLong(one)).run(failed);
        } else {
            LongStream.rangeClosed(1, schedules)
                    .parallel()
                    .forEach(seed -> new Schedule(seed).run(failed));
        }
        assertEquals(List.of(), failed);
    }

    /** What only they say to have is not in the LAN: the others read it from the registry. */
    @Test
    void nobodyWaitsForTwoThatDawdle() {
        for (long seed = 1; seed <= 20; seed++) {
            SwarmSim sim = new SwarmSim(seed);
            Link link = new Link(12_500_000, 12_500_000, 500_000, 64L << 20, 1 << 20);
            sim.cut(sim.node("origin", 0, link, Role.ORIGIN));
            SimContent content = sim.content("blob" + seed, 128L * Pieces.MIN_PIECE_BYTES);
            sim.upstream.bytesPerSecond = 4 << 20;
            List<SwarmSim.Want> wants = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                SimNode node = sim.node("n" + i, 0, link);
                if (i < 2) {
                    SimLiar.DAWDLES.corrupt(sim, node, content, new SplittableRandom(seed));
                } else {
                    sim.time.after(
                            i * SwarmSim.SECOND / 10,
                            () -> wants.add(sim.want(node, content, true)));
                }
            }
            sim.runFor(SwarmSim.SECOND);
            assertTrue(sim.run(wants, 20), "seed " + seed + ", not within 20 s");
        }
    }

    private static final class Schedule {
        private final long seed;
        private final SwarmSim sim;
        private final SplittableRandom r;
        private final Map<SimNode, SimLiar> liars = new LinkedHashMap<>();
        private final List<SwarmSim.Want> wants = new ArrayList<>();
        private final List<String> wrong = new ArrayList<>();

        Schedule(long seed) {
            this.seed = seed;
            this.sim = new SwarmSim(seed);
            this.r = new SplittableRandom(seed * 37 + 11);
        }

        void run(List<String> failed) {
            sim.network.firewall().applyTo(m -> !(m instanceof SimNode.Symbols));
            Link link = new Link(12_500_000, 12_500_000, 500_000, 64L << 20, 1 << 20);
            SimNode origin = sim.node("origin", 0, link, Role.ORIGIN);
            int unit = seed % 2 == 0 ? Pieces.MIN_PIECE_BYTES : Pieces.MAX_PIECE_BYTES;
            SimContent content =
                    sim.content("blob" + seed, (8L + r.nextInt(40)) * unit - 7); // 8 to 188 pieces
            sim.upstream.bytesPerSecond = 4 << 20;
            if (r.nextBoolean()) {
                sim.give(origin, content);
            } else {
                sim.cut(origin);
            }
            int lans = 1 + r.nextInt(2);
            List<SimNode> nodes = new ArrayList<>();
            for (int i = 0; i < NODES; i++) {
                nodes.add(sim.node("n" + i, i % lans, link));
            }
            int many = 1 + r.nextInt(3);
            for (int i = 0; i < many; i++) {
                lie(nodes.get(NODES - 1 - i), content);
            }
            for (SimNode node : nodes) {
                if (!liars.containsKey(node)) {
                    sim.time.after(
                            r.nextLong(SwarmSim.SECOND / 2),
                            () -> wants.add(sim.want(node, content, true)));
                }
            }
            sim.runFor(SwarmSim.SECOND);
            boolean done = sim.run(wants, 120);
            if (!done) {
                wrong.add("ran out of time " + sim.time.nanos());
            }
            sim.runFor(5 * SwarmSim.SECOND);
            check(content.digest(), content.pieces());
            if (!wrong.isEmpty()) {
                failed.add("seed " + seed + " " + liars + ": " + wrong);
            }
        }

        private void lie(SimNode node, SimContent content) {
            SimLiar how = KINDS.get(r.nextInt(KINDS.size()));
            if (how == SimLiar.FALSE_MAP && liars.containsValue(how)) {
                how = SimLiar.BAD_PIECES; // two that sign one false map are believed for a while
            }
            liars.put(node, how);
            how.corrupt(sim, node, content, r.split());
        }

        private void check(Digest digest, int pieces) {
            for (SwarmSim.Want w : wants) {
                SimNode node = w.node;
                if (w.doneNanos < 0) {
                    wrong.add(node + " has not completed: " + w.never + node.swarm().transfers());
                } else if (node.disk.blob(digest).genuine.cardinality() < pieces) {
                    wrong.add(node + " has false pieces");
                }
                for (var banned : new LinkedHashSet<>(node.punished)) {
                    if (!liars.containsKey(sim.byId(banned))) {
                        wrong.add(node + " banned honest " + sim.byId(banned) + node.reasons);
                    }
                }
                liars.forEach((liar, how) -> {
                    boolean doubt =
                            liars.containsValue(SimLiar.FALSE_MAP)
                                    || liars.containsValue(SimLiar.FALSE_CLAIMS)
                                    || liars.containsValue(SimLiar.FORGED_CLAIMS);
                    int most = doubt ? Math.max(WASTED_IN_DOUBT, pieces / PART_IN_DOUBT) : WASTED;
                    if (node.bad.getOrDefault(liar.id, 0) > most) {
                        wrong.add(node + " got " + node.bad.get(liar.id) + " false of " + liar);
                    }
                    if (how.provable && detected(liar) && !node.punished.contains(liar.id)) {
                        wrong.add(node + " has not banned " + liar + " " + how);
                    }
                });
            }
        }

        private boolean detected(SimNode liar) {
            return wants.stream().anyMatch(w -> w.node.punished.contains(liar.id));
        }
    }
}
