// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.dts.engine.wire.SymbolsHeader;
import org.peeredge.kernel.api.mesh.Member;

/** Who gets connected to whom, and what ends it; in virtual time. */
class PeersTest {
    private static final Digest DIGEST = new Digest("sha256", "0123456789abcdef".repeat(4));
    private static final SymbolsHeader HEADER =
            new SymbolsHeader(DIGEST, 1, new CodecId("none", 4, 0, 1000), 0, 1, new byte[0]);

    private final World world = new World(1);

    @AfterEach
    void everyFrameIsReleasedOnce() {
        assertEquals(world.net.framesOut, world.net.framesReleased);
    }

    @Test
    void bootstrapConnectsBothAndMeasures() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        assertTrue(world.until(() -> a.rtt(b) > 0 && b.rtt(a) > 0));
        assertEquals(2000, a.rtt(b));
        assertTrue(a.near(b));
        Member seen = a.peers.members().getFirst();
        assertEquals(b.id, seen.node());
        assertTrue(seen.connected() && seen.sameLan());
        assertEquals(List.of("fake://10.0.0.2:2"), seen.addresses());
    }

    @Test
    void messagesAndSymbolsArriveInOrder() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        assertTrue(a.peers.send(b.id, new Message.GetMap(DIGEST)));
        byte[] payload = {1, 2, 3};
        assertFalse(
                a.peers
                        .sendSymbols(b.id, HEADER, ByteBuffer.wrap(payload))
                        .toCompletableFuture()
                        .isDone());
        assertTrue(world.until(() -> !b.payloads.isEmpty()));
        assertEquals(List.of(new Message.GetMap(DIGEST)), b.messages);
        assertArrayEquals(payload, b.payloads.getFirst());
        assertFalse(a.peers.send(a.id, new Message.GetMap(DIGEST)));
        assertTrue(
                a.peers
                        .sendSymbols(a.id, HEADER, ByteBuffer.wrap(payload))
                        .toCompletableFuture()
                        .isCompletedExceptionally());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void dialsFromAllSidesAtOnceLeaveOneChannelForEachPair(int seed) {
        World many = new World(seed);
        many.net.delayMicros = _ -> many.time.random().nextLong(100, 30_000);
        int n = 5;
        for (int i = 1; i <= n; i++) {
            many.node(i, 1, 2, 3, 4, 5).start();
        }
        many.time.run(Duration.ofSeconds(20));
        assertEquals(n * (n - 1) / 2, many.net.channels(), "seed " + seed);
        for (World.Node node : many.nodes) {
            assertEquals(n - 1, node.up.size(), "seed " + seed);
            node.log.clear();
        }
        many.time.run(Duration.ofMinutes(5));
        many.nodes.forEach(node -> assertEquals(List.of(), node.log, "flaps, seed " + seed));
        assertEquals(many.net.framesOut, many.net.framesReleased);
    }

    @Test
    void membersTellOfEachOther() {
        World.Node hub = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        world.until(() -> hub.sees(b));
        World.Node c = world.node(3, 1).start();
        assertTrue(world.until(() -> b.sees(c) && c.sees(b)));
        assertEquals(3, world.net.channels());
    }

    @Test
    void deadMemberIsNoticedAndFoundAgain() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        world.net.silent.add(b.address);
        assertTrue(world.time.runUntil(Duration.ofSeconds(21), () -> !a.sees(b) && !b.sees(a)));
        assertEquals(1, a.count("dead_peers_total"));
        world.time.run(Duration.ofMinutes(2));
        world.net.silent.clear();
        assertTrue(world.time.runUntil(Duration.ofSeconds(61), () -> a.sees(b) && b.sees(a)));
    }

    @Test
    void silenceMeansNothingWhileThisNodeDoesNotRead() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        a.peers.reading(b.id, false);
        world.time.run(Duration.ofMinutes(2));
        assertTrue(a.sees(b) && b.sees(a));
        a.peers.reading(b.id, true);
        world.time.run(Duration.ofMinutes(1));
        assertTrue(a.sees(b));
        assertEquals(List.of("up"), a.log);
    }

    @Test
    void unreachableAddressIsDialledEverMoreSeldom() {
        World.Node a = world.node(1, 9).start();
        world.time.run(Duration.ofMinutes(1));
        double first = a.count("dials_total");
        assertTrue(first >= 5 && first <= 14, "dials in the first minute: " + first);
        world.time.run(Duration.ofMinutes(60));
        double hour = a.count("dials_total") - first;
        assertTrue(hour >= 55 && hour <= 130, "dials in the hour after: " + hour);
    }

    @Test
    void ownAddressIsRecognised() {
        World.Node a = world.node(1, 1, 2).start();
        World.Node b = world.node(2).start();
        assertTrue(world.until(() -> a.sees(b)));
        world.time.run(Duration.ofMinutes(30));
        assertFalse(a.up.containsKey(a.id));
        assertTrue(a.count("dials_total") <= 3, "" + a.count("dials_total"));
    }

    @Test
    void malformedFrameClosesCountsAndBansForAWhile() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        FakeNet.Pipe atA =
                world.net.open.stream().filter(p -> !p.dialler).findFirst().orElseThrow();
        atA.arrive(new byte[] {9, 9, 9, 9});
        assertTrue(world.until(() -> !a.sees(b) && !b.sees(a)));
        assertEquals(1, a.count("malformed_frames_total"));
        world.time.run(Duration.ofSeconds(28));
        assertFalse(a.sees(b));
        assertTrue(a.count("refused_peers_total") > 0);
        assertTrue(world.time.runUntil(Duration.ofSeconds(90), () -> a.sees(b) && b.sees(a)));
    }

    @Test
    void anythingBeforeHelloIsAgainstTheProtocol() {
        World.Node a = world.node(1).start();
        world.time.run(Duration.ofMillis(10));
        FakeNet.Provider rude =
                world.net.new Provider(world.mesh.member().self(), world.net.address(20));
        Stranger stranger = new Stranger();
        rude.connect(a.address, stranger, Duration.ofSeconds(1))
                .thenAccept(
                        c -> c.send(ByteBuffer.wrap(new byte[] {1, 14, 0, 0, (byte) 0xa1, 0, 5})));
        assertTrue(world.until(() -> stranger.closed));
        assertEquals(1, a.count("malformed_frames_total"));
        assertEquals(0, a.log.size());
    }

    @Test
    void whoSaysNothingIsClosed() {
        World.Node a = world.node(1).start();
        world.time.run(Duration.ofMillis(10));
        FakeNet.Provider mute =
                world.net.new Provider(world.mesh.member().self(), world.net.address(20));
        Stranger stranger = new Stranger();
        var _ = mute.connect(a.address, stranger, Duration.ofSeconds(1));
        world.time.run(Duration.ofSeconds(9));
        assertFalse(stranger.closed);
        world.time.run(Duration.ofSeconds(2));
        assertTrue(stranger.closed);
    }

    @Test
    void bannedMemberStaysOutUntilTheBanIsOver() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        a.peers.disconnect(b.id, "a test", Duration.ofMinutes(5));
        assertTrue(world.until(() -> !a.sees(b)));
        world.time.run(Duration.ofSeconds(290));
        assertFalse(a.sees(b) || b.sees(a));
        assertTrue(world.time.runUntil(Duration.ofSeconds(90), () -> a.sees(b) && b.sees(a)));
    }

    @Test
    void removedPluginsChannelsMoveToTheNextOne() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        FakeNet.Provider next = world.net.new Provider(b.provider.self, b.address);
        b.slots.add(FakeNet.TYPE, 0, next);
        assertTrue(b.slots.remove(b.provider), "a lease was still open");
        b.peers.providersChanged();
        long begin = world.time.nanos();
        assertTrue(world.until(() -> next.opened > 0 && a.sees(b) && b.sees(a)));
        assertTrue(world.time.nanos() - begin < 100_000_000, "the swap took too long");
        world.time.run(Duration.ofSeconds(1)); // both dialled
        assertTrue(a.sees(b) && b.sees(a));
        assertEquals(1, world.net.channels());
    }

    @Test
    void pluginThatComesLaterIsUsed() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1);
        b.slots.remove(b.provider);
        b.start();
        world.time.run(Duration.ofSeconds(3));
        assertFalse(a.sees(b));
        b.slots.add(FakeNet.TYPE, 0, b.provider);
        b.peers.providersChanged();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
    }

    @Test
    void hangingAndThrowingPluginsAreTrippedOff() {
        World.Node a = world.node(1, 2, 3, 4, 5);
        a.provider.hangs = true;
        a.start();
        assertTrue(world.time.runUntil(Duration.ofMinutes(2), () -> !a.trips.isEmpty()));
        World.Node b = world.node(7, 2, 3, 4, 5);
        b.provider.throwsOnConnect = true;
        b.start();
        assertTrue(world.until(() -> !b.trips.isEmpty()));
        assertTrue(b.trips.getFirst().contains("a broken plugin"), b.trips.getFirst());
    }

    @Test
    void pluginThatKeepsItsLeaseWhileListeningIsTrippedOffAndTheNextOneListens() {
        World.Node b = world.node(2);
        b.provider.neverListens = true;
        FakeNet.Provider next = world.net.new Provider(b.provider.self, b.address);
        b.slots.add(FakeNet.TYPE, -1, next);
        b.start();
        assertTrue(world.until(() -> !b.trips.isEmpty()));
        assertTrue(b.trips.getFirst().contains("listen did not complete"), b.trips.getFirst());
        assertTrue(world.until(() -> next.acceptor != null));
        assertTrue(world.until(() -> b.slots.list().stream().allMatch(p -> p.openLeases() == 0)));
        World.Node c = world.node(3, 2).start();
        assertTrue(world.until(() -> c.sees(b)));
    }

    @Test
    void neighbourTakesThePlaceOfADistantMember() {
        UnaryOperator<PeersConfig> two = c -> with(c, 2);
        World.Node a = world.node(world.mesh.member(), 1, two).start();
        World.Node far = world.node(20, 1).start();
        World.Node far2 = world.node(world.mesh.member(), 21, two, 1).start();
        assertTrue(world.until(() -> a.sees(far, far2)));
        World.Node near = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(near)));
        assertEquals(2, a.up.size());
        World.Node late = world.node(22, 1).start();
        world.time.run(Duration.ofSeconds(30));
        assertFalse(a.sees(late));
        assertTrue(a.sees(near));
        assertEquals(2, a.up.size());
    }

    @Test
    void lastKnownMembersAreDialledAfterARestart() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        b.stop();
        assertTrue(b.up.isEmpty());
        assertEquals(0, b.identity.listeners());
        assertEquals(1, b.records.map().size());
        b.records.map().put("damaged", new byte[] {1});
        World.Node again =
                world
                        .new Node(
                                world.mesh.member(),
                                3,
                                PeersConfig.defaults(List.of(), PeersConfig.Lan.off()),
                                b.records)
                        .start();
        assertTrue(world.until(() -> again.sees(a)));
        assertFalse(b.records.map().containsKey("damaged"));
    }

    @Test
    void revocationsTravelFromMemberToMember() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        a.identity.revoked(7);
        assertTrue(world.until(() -> b.identity.revocationNumber() == 7));
        World.Node late = world.node(3, 2).start();
        assertTrue(world.until(() -> late.identity.revocationNumber() == 7));
        world.time.run(Duration.ofSeconds(1));
        int frames = world.net.framesOut;
        world.time.run(Duration.ofMillis(500));
        assertEquals(frames, world.net.framesOut, "gossip goes round and round");
    }

    @Test
    void falseRevocationsAreBanned() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        b.peers.send(a.id, new Message.Revocations(new byte[] {'X', 1}));
        assertTrue(world.until(() -> !a.sees(b)));
    }

    @Test
    void expiredMemberIsDropped() {
        var shortLived =
                world.mesh.member(
                        world.time.now().minusSeconds(60), world.time.now().plusSeconds(60));
        World.Node a = world.node(1).start();
        World.Node b = world.node(shortLived, 2, UnaryOperator.identity(), 1).start();
        assertTrue(world.until(() -> a.sees(b)));
        assertTrue(world.time.runUntil(Duration.ofSeconds(70), () -> !a.sees(b)));
    }

    @Test
    void floodWaitsInTheChannelNotInTheEngine() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        for (int i = 0; i < 5000; i++) {
            a.peers.sendSymbols(b.id, HEADER, ByteBuffer.allocate(500));
        }
        assertTrue(world.until(() -> b.payloads.size() == 5000));
        assertTrue(b.count("backlog_pauses_total") >= 1);
        world.time.run(Duration.ofSeconds(20));
        assertEquals(List.of("up"), b.log);
    }

    @Test
    void memberThatDoesNotReadMessagesIsClosed() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        world.net.silent.add(b.address);
        boolean sent = true;
        for (int i = 0; i < 20 && sent; i++) {
            sent = a.peers.send(b.id, new Message.Answer(i, true, new byte[1 << 19]));
        }
        assertFalse(sent);
        assertEquals(1, a.count("stuck_peers_total"));
        assertTrue(world.until(() -> !a.sees(b)));
    }

    @Test
    void laterMessagesAreIgnored() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        world.net.open.stream()
                .filter(p -> !p.dialler)
                .findFirst()
                .orElseThrow()
                .arrive(new byte[] {1, 99, 0, 0, 1, 2, 3});
        world.time.run(Duration.ofSeconds(1));
        assertTrue(a.sees(b));
        assertEquals(1, a.count("unknown_frames_total"));
    }

    @Test
    void stopEndsAll() {
        World.Node a = world.node(1).start();
        World.Node b = world.node(2, 1).start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        a.stop();
        assertTrue(a.up.isEmpty());
        assertFalse(world.net.doors.containsKey(a.address));
        assertTrue(world.until(() -> !b.sees(a)));
        assertEquals(0, world.net.open.size());
        assertFalse(a.peers.send(b.id, new Message.GetMap(DIGEST)));
    }

    private static PeersConfig with(PeersConfig c, int maxConnections) {
        return new PeersConfig(
                c.bootstrap(),
                maxConnections,
                c.maxDialing(),
                c.maxAddresses(),
                c.maxBans(),
                c.dialTimeout(),
                c.helloTimeout(),
                c.backoffMin(),
                c.backoffMax(),
                c.pingInterval(),
                c.missedPings(),
                c.exchangeInterval(),
                c.malformedBan(),
                c.backlog(),
                c.questions(),
                c.lan());
    }

    private static final class Stranger implements org.peeredge.dts.api.channel.ChannelListener {
        boolean closed;

        @Override
        public void onFrame(
                org.peeredge.dts.api.channel.Channel channel,
                org.peeredge.dts.api.channel.Frame frame) {
            frame.release();
        }

        @Override
        public void onClosed(org.peeredge.dts.api.channel.Channel channel, String reason) {
            closed = true;
        }
    }
}
