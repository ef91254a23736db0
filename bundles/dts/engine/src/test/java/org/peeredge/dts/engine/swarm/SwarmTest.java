// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.simnet.Link;

/** What one transfer does when all goes well, and when one thing goes wrong. */
class SwarmTest {
    private static final long MIB = 1 << 20;
    private static final Link LINK = Link.of(100_000_000, 200_000);

    private final SwarmSim sim = new SwarmSim(42);
    private final SimNode origin = sim.node("origin", 0, LINK, Role.ORIGIN);
    private final SimNode a = sim.node("a", 0, LINK);
    private final SimNode b = sim.node("b", 0, LINK);
    private final SimNode c = sim.node("c", 0, LINK);
    private final SimContent image = sim.content("image", 5 * MIB + 17);

    private List<SwarmSim.Want> want(boolean upstream, SimNode... nodes) {
        List<SwarmSim.Want> wants = new ArrayList<>();
        for (SimNode node : nodes) {
            wants.add(sim.want(node, image, upstream));
        }
        return wants;
    }

    private void completes(List<SwarmSim.Want> wants, long seconds) {
        assertTrue(sim.run(wants, seconds), () -> "not done: " + state(wants));
        for (SwarmSim.Want w : wants) {
            assertTrue(w.doneNanos >= 0, () -> w.node + " failed: " + w.never);
            SimDisk.Blob blob = w.node.disk.blob(image.digest());
            assertEquals(image.pieces(), blob.genuine.cardinality(), w.node + " has false pieces");
        }
    }

    private static String state(List<SwarmSim.Want> wants) {
        StringBuilder all = new StringBuilder();
        for (SwarmSim.Want w : wants) {
            all.append(w.node).append(w.node.swarm().transfers()).append('\n');
        }
        return all.toString();
    }

    private long upstreamStarts() {
        return sim.nodes.stream().mapToInt(n -> n.upstreamStarts).sum();
    }

    @Test
    void aHolderServesAll() {
        sim.give(origin, image);
        completes(want(false, a, b, c), 10);
        assertTrue(origin.bulkSent < image.sizeBytes() * 1.2, "origin sent " + origin.bulkSent);
        assertTrue(sim.readable.contains(a.id.shortName() + " checked"), sim.readable::toString);
    }

    @Test
    void anOriginFetchesForThoseThatAsk() {
        sim.upstream.only = origin;
        completes(want(true, a, b, c), 10);
        assertEquals(1, upstreamStarts());
        assertEquals(image.sizeBytes(), origin.upstreamBytes);
        assertFalse(sim.readable.toString().contains("provisional" + a.id.shortName()));
    }

    @Test
    void withoutAMapEachReadsItsShare() {
        origin.kill();
        completes(want(true, a, b, c), 20);
        long read = a.upstreamBytes + b.upstreamBytes + c.upstreamBytes;
        assertTrue(read <= image.sizeBytes() * 1.1, "read from upstream " + read);
        for (SimNode node : List.of(a, b, c)) {
            assertTrue(node.upstreamBytes < image.sizeBytes() / 2, "read " + node.upstreamBytes);
        }
    }

    @Test
    void withoutRangesOneFetchesWhole() {
        origin.kill();
        sim.upstream.noRanges = true;
        completes(want(true, a, b, c), 20);
        long read = a.upstreamBytes + b.upstreamBytes + c.upstreamBytes;
        assertEquals(image.sizeBytes(), read);
        assertEquals(1, sim.readable.stream().filter(r -> r.endsWith("provisional")).count());
    }

    /** Clients of a node read along what it has read from upstream itself, nothing else. */
    @Test
    void claimedPiecesWaitForTheDigest() {
        origin.kill();
        completes(want(true, a, b), 20);
        for (SimNode node : List.of(a, b)) {
            String name = node.id.shortName();
            long until = sim.provisional.getOrDefault(node, 0L) * Pieces.MIN_PIECE_BYTES;
            assertTrue(until <= node.upstreamBytes, name + " gave " + until);
        }
    }

    @Test
    void aFalseClaimIsNamedWhenTheDigestIsChecked() {
        origin.kill();
        b.falseClaims = true;
        completes(want(true, a, c), 60);
        List<SwarmSim.Want> again = new ArrayList<>();
        SimContent other = sim.content("other", 5 * MIB);
        for (SimNode node : List.of(a, b, c)) {
            again.add(sim.want(node, other, true));
        }
        sim.run(again, 60);
        for (SimNode node : List.of(a, c)) {
            assertEquals(other.pieces(), node.disk.blob(other.digest()).genuine.cardinality());
            assertEquals(java.util.Set.of(b.id), node.punished, "named by " + node);
        }
    }

    /** Nobody else can be told of it, but whoever was lied to sees it. */
    @Test
    void whoDoesNotSignItsClaimsIsBanned() {
        origin.kill();
        b.forges = true;
        completes(want(true, a, b, c), 60);
        for (SimNode node : List.of(a, c)) {
            assertEquals(java.util.Set.of(b.id), node.punished, "banned by " + node);
        }
        assertEquals(java.util.Set.of(), b.punished);
    }

    /** They come unasked: an answer would be all of them again. */
    @Test
    void claimsAreAskedForOnlyWhereSomeWereMissed() {
        origin.kill();
        completes(want(true, a, b, c), 20);
        int asked = a.mapsAsked + b.mapsAsked + c.mapsAsked;
        assertTrue(asked <= 6, "asked " + asked + " times, each member once at most is enough");
    }

    /** With a trusted map at hand, what does not match it is not even written. */
    @Test
    void aMirrorThatSendsFalsePiecesIsLeft() {
        sim.give(origin, image);
        List<SwarmSim.Want> wants = want(true, a);
        assertTrue(
                sim.time.runUntil(
                        () -> !a.disk.blob(image.digest()).have.isEmpty(), 10 * SwarmSim.SECOND));
        sim.upstream.falsifies = true;
        origin.kill();
        completes(wants, 60);
        long whole = 2 * image.sizeBytes();
        assertTrue(a.upstreamBytes <= whole, "read from upstream " + a.upstreamBytes);
    }

    /** What a neighbour offered before the store was open is offered again in time. */
    @Test
    void nobodyWaitsOnFastLinks() {
        for (long seed = 1; seed <= 12; seed++) {
            SwarmSim fast = new SwarmSim(seed);
            Link link = Link.of(3_000_000_000L, 50_000);
            SimNode first = fast.node("origin", 0, link, Role.ORIGIN);
            List<SimContent> layers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SimContent layer = fast.content("layer" + i, (11 + i) * MIB);
                fast.give(first, layer);
                layers.add(layer);
            }
            List<SimNode> nodes = List.of(fast.node("a", 0, link), fast.node("b", 0, link));
            fast.runFor(SwarmSim.SECOND);
            List<SwarmSim.Want> wants = new ArrayList<>();
            for (SimNode node : nodes) {
                fast.runFor(fast.random.nextLong(200 * SimNode.MILLI));
                layers.forEach(layer -> wants.add(fast.want(node, layer, false)));
            }
            assertTrue(fast.run(wants, 10), "seed " + seed);
            for (SwarmSim.Want w : wants) {
                long took = w.doneNanos - w.begunNanos;
                assertTrue(took < SwarmSim.SECOND / 2, "seed " + seed + ": " + took + " ns");
            }
        }
    }

    @Test
    void whoReadsFromUpstreamMayGo() {
        origin.kill();
        List<SwarmSim.Want> wants = want(true, a, b, c);
        sim.runFor(100 * SimNode.MILLI);
        c.kill();
        wants.removeLast();
        completes(wants, 20);
        assertTrue(a.upstreamBytes + b.upstreamBytes <= image.sizeBytes() * 1.3);
    }

    @Test
    void aLoneNodeStartsAtOnce() {
        SwarmSim alone = new SwarmSim(1);
        SimNode node = alone.node("alone", 0, LINK);
        SimContent blob = alone.content("blob", MIB);
        SwarmSim.Want w = alone.want(node, blob, true);
        alone.runFor(5 * SimNode.MILLI);
        assertTrue(node.upstreamStarts > 0);
        assertTrue(alone.run(List.of(w), 5));
        assertTrue(w.doneNanos >= 0);
    }

    @Test
    void nobodyHasItAndNoUpstream() {
        List<SwarmSim.Want> wants = want(false, a);
        assertTrue(sim.run(wants, 5));
        assertNotNull(wants.getFirst().never);
        assertTrue(sim.time.nanos() < SwarmSim.SECOND, "took " + sim.time.nanos());
    }

    @Test
    void aHolderThatIsSlowToAnswerIsWaitedFor() {
        sim.give(origin, image);
        // Its usual round trip says nothing of this one.
        sim.network.firewall().delay(origin.port(), a.port(), 700_000_000L);
        completes(want(false, a), 60);
    }

    @Test
    void onePieceNeedsNoMap() {
        SimContent small = sim.content("small", 1);
        sim.give(b, small);
        SwarmSim.Want w = sim.want(a, small, false);
        assertTrue(sim.run(List.of(w), 5));
        assertTrue(w.doneNanos >= 0);
        assertTrue(w.doneNanos < 20 * SimNode.MILLI, "took " + w.doneNanos);
        assertTrue(b.punished.isEmpty() && a.punished.isEmpty());
    }

    @Test
    void badPiecesAreCaughtAndTheSenderNamed() {
        sim.give(origin, image);
        sim.give(b, image);
        b.corrupts = true;
        completes(want(false, a, c), 20);
        assertTrue(a.punished.contains(b.id) || c.punished.contains(b.id));
        assertTrue(a.count(Action.Counted.BAD) <= 2 * Pieces.MIN_PIECE_BYTES, "bad " + a.counts);
        assertFalse(a.punished.contains(origin.id));
    }

    @Test
    void aFalseMapIsFoundByTheDigest() {
        origin.kill();
        sim.give(b, image);
        b.falseMaps = true;
        List<SwarmSim.Want> wants = want(true, a);
        completes(wants, 60);
        assertTrue(a.punished.contains(b.id));
        assertTrue(a.upstreamBytes > 0);
    }

    @Test
    void anOriginsMapSettlesAFalseOne() {
        sim.give(origin, image);
        sim.give(b, image);
        b.falseMaps = true;
        completes(want(false, a), 20);
        assertFalse(a.punished.contains(origin.id));
    }

    @Test
    void aBoasterDelaysButDoesNotStop() {
        origin.kill();
        b.boasts = true;
        completes(want(true, a), 60);
    }

    @Test
    void aServingPeerDies() {
        sim.give(origin, image);
        sim.give(b, image);
        List<SwarmSim.Want> wants = want(false, a, c);
        sim.runFor(100 * SimNode.MILLI);
        b.kill();
        completes(wants, 20);
    }

    @Test
    void aLinkIsCut() {
        sim.give(origin, image);
        sim.give(b, image);
        List<SwarmSim.Want> wants = want(false, a);
        sim.runFor(100 * SimNode.MILLI);
        sim.network.cut(a.port(), origin.port());
        completes(wants, 20);
    }

    @Test
    void aPeerHangs() {
        sim.give(origin, image);
        sim.give(b, image);
        List<SwarmSim.Want> wants = want(false, a);
        sim.runFor(100 * SimNode.MILLI);
        sim.network.firewall().freeze(b.port(), true);
        completes(wants, 20);
        assertTrue(wants.getFirst().doneNanos < 8 * SwarmSim.SECOND);
    }

    @Test
    void theOriginGoesWhenItsPiecesAreInTheMesh() {
        sim.give(origin, image);
        List<SwarmSim.Want> wants = want(false, a, b, c);
        while (origin.bulkSent < image.sizeBytes() * 21 / 20) {
            sim.runFor(SimNode.MILLI);
            if (wants.stream().anyMatch(w -> w.doneNanos >= 0)) {
                break;
            }
        }
        origin.kill();
        completes(wants, 30);
    }

    @Test
    void aRestartFetchesOnlyWhatWasMissing() {
        sim.give(origin, image);
        List<SwarmSim.Want> wants = want(false, a);
        sim.runFor(250 * SimNode.MILLI);
        int had = a.disk.blob(image.digest()).have.cardinality();
        assertTrue(had > 2 && had < image.pieces(), "had " + had);
        long before = origin.bulkSent;
        a.kill();
        sim.runFor(SwarmSim.SECOND);
        long lost = origin.bulkSent - before;
        a.start();
        completes(wants, 20);
        long again = origin.bulkSent - before - lost;
        assertTrue(
                again <= (image.pieces() - had + 1L) * Pieces.MIN_PIECE_BYTES,
                "sent again " + again);
    }

    @Test
    void aFullStoreFailsClearlyAndRecovers() {
        sim.give(origin, image);
        a.disk.full = true;
        List<SwarmSim.Want> wants = want(false, a);
        sim.runFor(SwarmSim.SECOND / 2);
        assertEquals(1, a.failures);
        a.disk.full = false;
        completes(wants, 20);
    }

    @Test
    void upstreamErrorsAreTriedAgain() {
        origin.kill();
        sim.upstream.refusals = 2;
        sim.upstream.breakEvery = 9;
        completes(want(true, a, b), 60);
    }

    @Test
    void anUpstreamThatHasItNotEndsIt() {
        origin.kill();
        sim.upstream.refusals = 9;
        sim.upstream.never = true;
        List<SwarmSim.Want> wants = want(true, a);
        assertTrue(sim.run(wants, 10));
        assertEquals("502 from upstream", wants.getFirst().never);
    }

    @Test
    void confinedContentIsNotOffered() {
        origin.kill();
        sim.upstream.confined = true;
        completes(want(true, a, b), 60);
        assertEquals(0, a.bulkSent + b.bulkSent);
        assertEquals(image.sizeBytes(), a.upstreamBytes);
        assertEquals(image.sizeBytes(), b.upstreamBytes);
    }

    @Test
    void anOriginUsesItsCredentialsForItselfOnly() {
        sim.upstream.confined = true;
        sim.upstream.only = origin;
        sim.upstream.never = true;
        List<SwarmSim.Want> others = want(true, a);
        assertTrue(sim.run(others, 30));
        assertNotNull(others.getFirst().never);
        assertTrue(origin.upstreamStarts > 0, "the origin did not try");
        assertEquals(0, origin.upstreamBytes);
        completes(want(true, origin), 30);
        assertEquals(0, origin.bulkSent);
    }

    @Test
    void whatIsRefusedToOthersIsReadWhenThisNodeWantsIt() {
        sim.upstream.confined = true;
        sim.upstream.only = origin;
        sim.upstream.never = true;
        List<SwarmSim.Want> all = new ArrayList<>(want(true, a));
        while (origin.upstreamStarts == 0) {
            sim.runFor(SimNode.MILLI);
        }
        all.addAll(want(true, origin)); // while it waits for the answer to the other's wish
        assertTrue(sim.run(all, 30), () -> state(all));
        assertTrue(all.getLast().doneNanos >= 0, "the origin was refused");
        assertEquals(image.sizeBytes(), origin.upstreamBytes);
        assertEquals(0, origin.bulkSent);
    }
}
