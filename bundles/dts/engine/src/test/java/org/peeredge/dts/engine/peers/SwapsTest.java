// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peeredge.kernel.api.mesh.Member;

/** Channels that end through nobody's fault: swapped plugins, bans that are over. Virtual time. */
class SwapsTest {
    private static final int SWAPS = 100;

    /** How long a type has no provider while its bundle is updated. */
    private static final Duration GAP = Duration.ofMillis(50);

    private static final Duration BETWEEN = Duration.ofMillis(150);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final World world = new World(3);
    private final World.Node a = world.node(1);
    private final World.Node b = world.node(2, 1);

    private void connect() {
        a.start();
        b.start();
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
        world.time.run(Duration.ofSeconds(1));
    }

    private void remove(World.Node node) {
        assertTrue(node.slots.remove(node.provider), "a lease was still open");
        node.peers.providersChanged();
    }

    private void add(World.Node node) {
        node.slots.add(FakeNet.TYPE, 0, node.provider);
        node.peers.providersChanged();
    }

    private Duration untilConnected(Duration limit) {
        long begin = world.time.nanos();
        assertTrue(
                world.time.runUntil(limit, () -> a.sees(b) && b.sees(a)),
                () -> "apart for more than " + limit + ": " + a.log + b.log);
        return Duration.ofNanos(world.time.nanos() - begin);
    }

    private boolean connected(World.Node here, World.Node there) {
        return here.peers.members().stream()
                .filter(Member::connected)
                .anyMatch(m -> m.node().equals(there.id));
    }

    /** Back at once when the end that was swapped can dial, else when the other tries again. */
    @ParameterizedTest
    @CsvSource({"a, true, 10", "b, true, 10", "b, false, 10", "a, false, 1200"})
    void swapsInARowAreNoFailures(String swapped, boolean bIsReachable, int millis) {
        b.provider.unreachable = !bIsReachable;
        connect();
        World.Node node = swapped.equals("a") ? a : b;
        for (int i = 0; i < SWAPS; i++) {
            remove(node);
            world.time.run(GAP);
            assertTrue(connected(a, b) && connected(b, a), "awaited at both ends");
            add(node);
            untilConnected(Duration.ofMillis(millis));
            world.time.run(BETWEEN);
            assertEquals(1, world.net.channels());
        }
        // Nor does anybody hold it against the other later.
        remove(node);
        world.time.run(Returning.GRACE.plusMillis(100));
        assertFalse(connected(a, b) || connected(b, a));
        add(node);
        untilConnected(Duration.ofSeconds(1));
    }

    @Test
    void whoeverLooksDuringASwapSeesTheMemberAsConnected() {
        connect();
        remove(a);
        world.time.at(GAP, () -> add(a));
        boolean[] parted = new boolean[1];
        assertFalse(
                world.time.runUntil(
                        Duration.ofSeconds(1),
                        () -> {
                            parted[0] |= !a.sees(b);
                            return !connected(a, b) || !connected(b, a);
                        }),
                "a moment without the other");
        assertTrue(parted[0] && a.sees(b));
    }

    @Test
    void aQuestionPutWhileTheChannelsEndIsOnItsWayIsAskedOverTheNextOne() {
        connect();
        answerAt(b);
        CompletableFuture<byte[]> answer = ask();
        world.net.open.stream()
                .filter(p -> p.mine == a.provider)
                .findFirst()
                .orElseThrow()
                .close(); // the loop hears of it after the question
        assertEquals("yes", text(answer));
    }

    @Test
    void aQuestionThatIsOpenWhenAnotherChannelTakesOverIsAskedOverThat() {
        connect();
        world.net.silent.add(b.address);
        CompletableFuture<byte[]> answer = ask();
        world.time.run(Duration.ofMillis(100));
        world.net.silent.clear();
        // The same member, started anew, dials while its old channel still counts as open.
        World.Node again =
                world
                .new Node(
                        b.identity.from(),
                        3,
                        PeersConfig.defaults(List.of(a.address), PeersConfig.Lan.off()));
        answerAt(again);
        again.start();
        assertEquals("yes", text(answer));
    }

    private void answerAt(World.Node node) {
        var _ =
                node.peers.answer(
                        "topic",
                        (_, _) -> CompletableFuture.completedFuture("yes".getBytes(UTF_8)));
    }

    private CompletableFuture<byte[]> ask() {
        return a.peers.ask(b.id, "topic", new byte[0], TIMEOUT).toCompletableFuture();
    }

    private String text(CompletableFuture<byte[]> answer) {
        assertTrue(world.until(answer::isDone));
        return new String(answer.join(), UTF_8);
    }

    /** One that closes each channel right after taking it must not be dialled all the time. */
    @Test
    void aMemberWhoseChannelsKeepEndingIsDialledOnceASecond() {
        connect();
        double before = b.count("dials_total");
        Duration span = Duration.ofMinutes(5);
        long end = world.time.nanos() + span.toNanos();
        a.provider.hangs = true; // only b dials
        while (world.time.nanos() < end) {
            if (a.sees(b)) {
                world.time.run(Duration.ofMillis(5));
                a.peers.disconnect(b.id, "a test", Duration.ZERO);
            }
            world.time.run(Duration.ofMillis(5));
        }
        double dials = b.count("dials_total") - before;
        assertTrue(dials <= span.toSeconds() + 10, dials + " dials in " + span);
    }

    @Test
    void aMemberWhoseBanIsOverIsDialledAtOnce() {
        connect();
        Duration ban = Duration.ofMinutes(10);
        a.peers.disconnect(b.id, "a test", ban);
        world.time.run(ban.minusMillis(100));
        assertFalse(a.sees(b) || b.sees(a));
        untilConnected(Duration.ofMillis(200));
    }

    @Test
    void theLongestBanCounts() {
        connect();
        a.peers.disconnect(b.id, "a test", Duration.ofSeconds(10));
        a.peers.disconnect(b.id, "a test", Duration.ofSeconds(20));
        a.peers.disconnect(b.id, "a test", Duration.ofSeconds(5));
        world.time.run(Duration.ofSeconds(19));
        assertFalse(a.sees(b) || b.sees(a));
        untilConnected(Duration.ofMillis(1100));
    }

    @Test
    void aStoppedNodeDialsNobodyWhenABanIsOver() {
        connect();
        a.peers.disconnect(b.id, "a test", Duration.ofHours(24));
        a.stop();
        double dials = a.count("dials_total");
        world.time.run(Duration.ofHours(25));
        assertEquals(dials, a.count("dials_total"));
    }

    /**
     * It cannot be dialled from here, and was refused for so long that it hardly tries any more.
     */
    @Test
    void aMemberThatMustDialItselfIsBackWithinTheLongestBackOff() {
        b.provider.unreachable = true;
        connect();
        Duration ban = Duration.ofMinutes(10);
        a.peers.disconnect(b.id, "a test", ban);
        world.time.run(ban);
        assertFalse(a.sees(b) || b.sees(a));
        untilConnected(Duration.ofSeconds(60));
    }
}
