// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Link;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pulls that are coded, with the real machine, simulated codecs and links that lose packets. {@code
 * -Dpeeredge.seeds=8} is what is published.
 */
class SwarmCodedTest {
    private static final Logger LOG = LoggerFactory.getLogger(SwarmCodedTest.class);
    private static final long MIB = 1 << 20;

    /** Pieces as they are never arrive where each loses one of its packets. */
    private static final long PATIENCE = 100;

    private static final Link LINK = Link.of(100_000_000, 10_000_000);

    private static Link up(long bitsPerSecond) {
        return new Link(
                bitsPerSecond,
                LINK.downBitsPerSecond(),
                LINK.delayNanos(),
                LINK.queueBytes(),
                LINK.chunkBytes());
    }

    /** One node that pulls from some others, each a LAN of its own. */
    private static final class World {
        final SwarmSim sim;
        final List<SimNode> holders = new ArrayList<>();
        final SimNode taker;
        final SimContent content;

        World(long seed, int count, String type, long bytes, SwarmSim.@Nullable Loses loss) {
            this(seed, Collections.nCopies(count, LINK), type, bytes, loss);
        }

        World(long seed, List<Link> links, String type, long bytes, SwarmSim.@Nullable Loses loss) {
            sim = new SwarmSim(seed);
            sim.coding = SimCodecs.use(type);
            sim.speeds = SimCodecs.SPEEDS;
            sim.loss = loss;
            content = sim.content("image", bytes);
            for (int i = 0; i < links.size(); i++) {
                holders.add(sim.node("holder" + i, i, links.get(i), Role.ORIGIN));
            }
            taker = sim.node("taker", links.size(), LINK);
            holders.forEach(holder -> sim.give(holder, content));
        }

        /** Seconds until it is there. */
        double pull() {
            sim.runFor(SwarmSim.SECOND);
            SwarmSim.Want want = sim.want(taker, content, false);
            boolean done = sim.run(List.of(want), PATIENCE);
            return done ? (want.doneNanos - want.begunNanos) / 1e9 : PATIENCE;
        }
    }

    @Test
    void severalHoldersSendDifferentSymbolsAndNoneTwice() {
        World world = new World(1, 2, "rs", 32 * MIB, null);
        world.pull();
        int groups = world.taker.groups.decoded.getOrDefault("rs", 0);
        assertTrue(groups >= 31, groups + " groups of 32 were coded");
        assertEquals(0, world.taker.count(Action.Counted.WASTED));
        for (SimNode holder : world.holders) {
            assertTrue(holder.bulkSent > 8 * MIB, holder + " sent " + holder.bulkSent);
        }
    }

    @Test
    void aHolderThatDiesCostsNothing() {
        World whole = new World(1, 3, "rs", 32 * MIB, null);
        double calm = whole.pull();
        World world = new World(1, 3, "rs", 32 * MIB, null);
        world.sim.time.after(2 * SwarmSim.SECOND, () -> world.sim.cut(world.holders.get(1)));
        double with = world.pull();
        LOG.info("a holder dies: {} s, {} s without", with, calm);
        assertEquals(0, world.taker.count(Action.Counted.WASTED));
        assertTrue(with <= 1.05 * calm, with + " s, " + calm + " s when nobody dies");
    }

    @Test
    void channelsThatLoseNothingAreNotCoded() {
        World world = new World(1, 2, Coding.AUTO, 32 * MIB, null);
        world.pull();
        assertEquals(Map.of(), world.taker.groups.decoded);
    }

    @Test
    void cleanLinksAreNotCodedOnceTheyAreKnown() {
        World world = new World(1, 2, Coding.AUTO, 128 * MIB, (from, nanos) -> 0);
        world.pull();
        int groups = world.taker.groups.decoded.getOrDefault("rs", 0);
        LOG.info("clean links: {} of 128 groups are coded", groups);
        assertTrue(groups > 0 && groups < 40, groups + " groups were coded");
        assertEquals(0, world.taker.count(Action.Counted.WASTED));
    }

    @Test
    void aForgerIsNamedAndNobodyElse() {
        World world = new World(1, 3, "rs", 32 * MIB, null);
        world.holders.get(1).forgesSymbols = true;
        world.pull();
        assertEquals(Set.of(world.holders.get(1).id), world.taker.punished);
    }

    /** Two holders, of which the first loses packets, and what it sent of 96 MiB. */
    private static double share(Link other, double dies) {
        List<Link> links = List.of(LINK, other);
        World world = new World(1, links, "rs", 96 * MIB, (from, nanos) -> from == 0 ? 0.02 : 0);
        if (dies > 0) {
            long nanos = (long) (dies * SwarmSim.SECOND);
            world.sim.time.after(nanos, () -> world.sim.cut(world.holders.get(1)));
        }
        double seconds = world.pull();
        double share = world.holders.getFirst().bulkSent / (96.0 * MIB);
        LOG.info("beside {}: {} s, the one that loses sent {}", other, seconds, share);
        assertTrue(seconds < PATIENCE);
        return share;
    }

    @Test
    void whoLosesMoreIsAskedWhereTheWayIsNotFullWithoutIt() {
        assertTrue(share(LINK, 0) < 0.1);
        assertTrue(share(up(30_000_000), 0) > 0.8);
    }

    @Test
    void whoWasLeftAsideIsAskedWhenTheBetterOneIsGone() {
        assertTrue(share(LINK, 5) > 0.5);
    }

    /** Chances of a packet to be lost, by the number of the holder and the seconds. */
    enum Schedule {
        CLEAN,
        ONE_IN_A_THOUSAND,
        ONE_IN_A_HUNDRED,
        ONE_IN_TEN,
        ONE_HOLDER,
        ONE_HOLDER_AND_A_SLOW_ONE,
        ONE_HOLDER_AND_A_SLOWER_ONE,
        ONE_HOLDER_OF_THREE,
        NOW_AND_THEN,
        ONE_AFTER_THE_OTHER;

        double loss(int holder, double seconds) {
            return switch (this) {
                case CLEAN -> 0;
                case ONE_IN_A_THOUSAND -> 0.001;
                case ONE_IN_A_HUNDRED -> 0.01;
                case ONE_IN_TEN -> 0.1;
                case ONE_HOLDER, ONE_HOLDER_AND_A_SLOW_ONE, ONE_HOLDER_AND_A_SLOWER_ONE ->
                        holder == 0 ? 0.02 : 0;
                case ONE_HOLDER_OF_THREE -> holder == 0 ? 0.05 : 0;
                case NOW_AND_THEN -> seconds % 4 < 2 ? 0 : 0.02;
                case ONE_AFTER_THE_OTHER -> (int) (seconds % 6 / 3) == holder ? 0.03 : 0;
            };
        }

        List<Link> holders() {
            return switch (this) {
                case ONE_HOLDER_AND_A_SLOW_ONE -> List.of(LINK, up(60_000_000));
                case ONE_HOLDER_AND_A_SLOWER_ONE -> List.of(LINK, up(30_000_000));
                case ONE_HOLDER_OF_THREE -> List.of(LINK, LINK, LINK);
                default -> List.of(LINK, LINK);
            };
        }
    }

    private static double seconds(Schedule schedule, String type, long seed) {
        World world =
                new World(
                        seed,
                        schedule.holders(),
                        type,
                        48 * MIB,
                        (from, nanos) -> schedule.loss(from, nanos / 1e9));
        double seconds = world.pull();
        LOG.info(
                "{} {}: {} s, {} decoded, {} frames lost, {}",
                schedule,
                type,
                seconds,
                world.taker.groups.decoded,
                world.taker.framesLost,
                world.taker.counts);
        return seconds;
    }

    @ParameterizedTest
    @EnumSource(Schedule.class)
    void theChoiceIsNearTheBestFixedCodec(Schedule schedule) {
        int seeds = Integer.getInteger("peeredge.seeds", 2);
        Map<String, Double> fixed = new LinkedHashMap<>();
        for (String type : List.of(Coding.NONE, "rs", "fft", "raptorq")) {
            for (int seed = 1; seed <= seeds; seed++) {
                fixed.merge(type, seconds(schedule, type, seed) / seeds, Double::sum);
            }
        }
        double auto = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            auto += seconds(schedule, Coding.AUTO, seed) / seeds;
        }
        double best = fixed.values().stream().min(Double::compare).orElseThrow();
        LOG.info("{}: chosen {} s, fixed {}, {} of the best", schedule, auto, fixed, auto / best);
        assertTrue(auto <= 1.05 * best, auto + " s, fixed " + fixed);
    }
}
