// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Link;

/**
 * One LAN, every link the same rate, all want the same blob at once, an origin that has to read it
 * from its registry first: how far from the bound is the last, and how often does the origin send
 * it?
 */
class SwarmRateTest {
    private static final long MIB = 1 << 20;

    /** What one run gave; copies are those that the origin, or the registry, sent. */
    record Figures(double ratio, double copies, double wasted) {}

    static Figures run(long seed, int n, long sizeBytes, long bitsPerSecond, long spreadNanos) {
        return run(seed, n, 1, sizeBytes, bitsPerSecond, spreadNanos);
    }

    /** The same with the bytes in several blobs, all wanted at once, as the layers of an image. */
    static Figures run(
            long seed, int n, int blobs, long sizeBytes, long bitsPerSecond, long spreadNanos) {
        SwarmSim sim = new SwarmSim(seed);
        Link link = Link.of(bitsPerSecond, 100_000);
        SimNode origin = sim.node("origin", 0, link, Role.ORIGIN);
        sim.upstream.only = origin;
        sim.upstream.bytesPerSecond = 200 * MIB;
        List<SimContent> contents = new ArrayList<>();
        for (int i = 0; i < blobs; i++) {
            contents.add(sim.content("image" + seed + "-" + i, sizeBytes / blobs));
        }
        List<SimNode> nodes = new ArrayList<>();
        List<SwarmSim.Want> wants = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            nodes.add(sim.node("node" + i, 0, link));
        }
        sim.runFor(SwarmSim.SECOND);
        long start = sim.time.nanos();
        for (SimNode node : nodes) {
            sim.time.after(
                    spreadNanos == 0 ? 0 : sim.random.nextLong(spreadNanos),
                    () -> contents.forEach(c -> wants.add(sim.want(node, c, true))));
        }
        sim.runFor(spreadNanos);
        assertTrue(sim.run(wants, 600), () -> "seed " + seed + " did not end");
        double bound = SwarmSim.wireBytes(sizeBytes) * 8.0 / bitsPerSecond;
        double took = (sim.time.nanos() - start) / 1e9;
        long wasted = 0;
        for (SimNode node : nodes) {
            wasted += node.count(Action.Counted.WASTED);
        }
        return new Figures(
                took / bound,
                origin.bulkSent / (double) sizeBytes,
                wasted / ((double) sizeBytes * n));
    }

    /** The bounds leave room for other seeds; {@code docs/decisions/0003} has what was measured. */
    @ParameterizedTest
    @CsvSource({
        "4, 1, 16, 25000000, 1.25, 1.10",
        "4, 4, 16, 25000000, 1.25, 1.10",
        "8, 1, 16, 25000000, 1.25, 1.10",
        "8, 12, 32, 25000000, 1.25, 1.10",
        "16, 1, 8, 12500000, 1.40, 1.10",
        "32, 1, 8, 12500000, 1.40, 1.10"
    })
    void nearTheBoundAndOneCopy(
            int members, int layers, int mebibytes, long rate, double ratio, double copies) {
        for (long seed = 1; seed <= 3; seed++) {
            Figures f = run(seed, members, layers, mebibytes * MIB, rate, 50 * SimNode.MILLI);
            print("P1 N=" + members + ", layers " + layers + ", seed " + seed, f);
            assertTrue(f.ratio <= ratio, () -> "last done / bound " + f);
            assertTrue(f.copies <= copies, () -> "origin copies " + f);
        }
    }

    /** As above, with a plain registry behind the one link from afar, and no origin. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 16, 25000000, 1.05, 1.00",
        "4, 1, 16, 25000000, 1.25, 1.10",
        "4, 4, 16, 25000000, 1.25, 1.10",
        "8, 1, 16, 25000000, 1.30, 1.10",
        "8, 12, 32, 25000000, 1.35, 1.10",
        "16, 1, 8, 12500000, 1.40, 1.10",
        "32, 1, 8, 12500000, 1.40, 1.10"
    })
    void aPlainRegistryIsAsGood(
            int members, int layers, int mebibytes, long rate, double ratio, double copies) {
        for (long seed = 1; seed <= 3; seed++) {
            Figures f = plain(seed, members, layers, mebibytes * MIB, rate, 0);
            print("plain registry, N=" + members + ", layers " + layers + ", seed " + seed, f);
            assertTrue(f.ratio <= ratio, () -> "last done / bound " + f);
            assertTrue(f.copies <= copies, () -> "registry copies " + f);
        }
    }

    /** Sixteen members, one a second: the worst own time against the own bound. */
    @Test
    void whoComesLaterIsServedToo() {
        for (long seed = 1; seed <= 3; seed++) {
            Figures f = plain(seed, 16, 1, 8 * MIB, 12_500_000, SwarmSim.SECOND);
            print("plain registry, N=16, one a second, seed " + seed, f);
            assertTrue(f.ratio <= 1.5, () -> "worst own time / own bound " + f);
            assertTrue(f.copies <= 1.4, () -> "registry copies " + f);
        }
    }

    private static Figures plain(
            long seed, int n, int blobs, long sizeBytes, long bitsPerSecond, long apartNanos) {
        SwarmSim sim = new SwarmSim(seed);
        Link link = Link.of(bitsPerSecond, 100_000);
        sim.upstream.delayNanos = SimNode.MILLI;
        sim.registryBehind(link);
        List<SimContent> contents = new ArrayList<>();
        for (int i = 0; i < blobs; i++) {
            contents.add(sim.content("image" + seed + "-" + i, sizeBytes / blobs));
        }
        List<SimNode> nodes = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            nodes.add(sim.node("node" + i, 0, link));
        }
        sim.runFor(SwarmSim.SECOND);
        List<SwarmSim.Want> wants = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            SimNode node = nodes.get(i);
            sim.time.after(
                    apartNanos == 0 ? sim.random.nextLong(50 * SimNode.MILLI) : i * apartNanos,
                    () -> contents.forEach(c -> wants.add(sim.want(node, c, true))));
        }
        sim.runFor(Math.max(50 * SimNode.MILLI, n * apartNanos));
        assertTrue(sim.run(wants, 600), () -> "seed " + seed + " did not end");
        double bound = SwarmSim.wireBytes(sizeBytes) * 8.0 / bitsPerSecond;
        double worst = 0;
        for (SwarmSim.Want w : wants) {
            worst = Math.max(worst, (w.doneNanos - w.begunNanos) / 1e9 / bound);
        }
        long read = nodes.stream().mapToLong(x -> x.upstreamBytes).sum();
        long wasted = nodes.stream().mapToLong(x -> x.count(Action.Counted.WASTED)).sum();
        return new Figures(worst, read / (double) sizeBytes, wasted / ((double) sizeBytes * n));
    }

    private static void print(String what, Figures f) {
        org.slf4j.LoggerFactory.getLogger(SwarmRateTest.class)
                .info(
                        String.format(
                                Locale.ROOT,
                                "%s: last done / bound %.3f, origin copies %.3f, wasted %.4f",
                                what,
                                f.ratio,
                                f.copies,
                                f.wasted));
    }
}
