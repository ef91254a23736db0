// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.engine.wire.Refusal;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.TryOtherPeerException;

/** Peers that answer pings but do not take what they asked for. */
class SlowPeersTest extends EgressFixture {
    private static final int MANY = 16;

    private void pass(Egress egress, Duration time) {
        clock.advance(time);
        egress.tick();
    }

    /** As a channel does that ends: what it held comes back, and the engine hears of its end. */
    private void end(Egress egress, NodeId peer) {
        egress.down(peer);
        List.copyOf(sendings).stream()
                .filter(s -> s.to().equals(peer))
                .forEach(s -> s.done().completeExceptionally(new TryOtherPeerException("ended")));
    }

    private static List<NodeId> many(int count) {
        List<NodeId> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(new NodeId("%040x".formatted(0x100 + i)));
        }
        return peers;
    }

    private long sentTo(NodeId peer) {
        return sendings.stream().filter(s -> s.to().equals(peer)).count();
    }

    @Test
    void whoTakesNothingInTimeLosesItsChannelAndItsBuffersAreFree() {
        BufferPool pool = pool(4);
        Egress egress = egress(pool);
        for (int i = 0; i < 4; i++) {
            egress.send(A, piece(i));
        }
        read();
        pass(egress, TIMEOUT.minusSeconds(1));
        assertEquals(List.of(), cut);
        pass(egress, Duration.ofSeconds(1));
        assertEquals(List.of(A), cut, "once for all its pieces");
        assertEquals(1, timeouts);
        assertEquals(2, held(pool, 4));
        end(egress, A);
        assertEquals(0, held(pool, 4));
        assertEquals(4, events.size());
        pass(egress, TIMEOUT.multipliedBy(3));
        assertEquals(1, timeouts);
    }

    @Test
    void whoTakesThemIsLeftAlone() {
        Egress egress = egress(pool(4));
        for (int round = 0; round < 8; round++) {
            egress.send(A, piece(round));
            pass(egress, TIMEOUT.minusSeconds(1));
            finishAll();
        }
        pass(egress, TIMEOUT.multipliedBy(2));
        assertEquals(List.of(), cut);
    }

    @Test
    void aSlowPeerDoesNotHoldEveryBufferHoweverFewThereAre() {
        for (int buffers = 2; buffers <= 5; buffers++) {
            sendings.clear();
            Egress egress = egress(pool(buffers));
            for (int i = 0; i < 4; i++) {
                egress.send(A, piece(i));
            }
            egress.send(B, piece(4));
            read();
            assertEquals(buffers == 2 ? 1 : 2, sentTo(A));
            assertEquals(1, sentTo(B));
        }
    }

    @Test
    void manyThatDoNotReadLeaveSomeToOthers() {
        Egress egress = egress(pool(2 * MANY));
        for (NodeId peer : many(MANY)) {
            egress.send(peer, piece(0));
            egress.send(peer, piece(1));
        }
        read();
        for (int i = 0; i < PIECES; i++) {
            egress.send(B, piece(i));
            finish(B);
        }
        assertEquals(PIECES, sentTo(B));
    }

    private void finish(NodeId peer) {
        read();
        List.copyOf(sendings).stream()
                .filter(s -> s.to().equals(peer))
                .forEach(s -> s.done().complete(null));
        read();
    }

    @Test
    void asManyAsThereAreBuffersHoldEverythingOnceAndHalfOfItLater() {
        BufferPool pool = pool(MANY);
        Egress egress = egress(pool);
        List<NodeId> slow = many(MANY);
        slow.forEach(peer -> egress.send(peer, piece(0)));
        slow.forEach(peer -> egress.send(peer, piece(1)));
        egress.send(B, piece(3));
        read();
        assertEquals(0, sentTo(B), "all buffers are taken");
        pass(egress, TIMEOUT);
        assertEquals(slow, cut);
        slow.forEach(peer -> end(egress, peer));
        finish(B);
        assertEquals(1, sentTo(B));
        // They are back, and as slow as before.
        sendings.clear();
        for (NodeId peer : slow) {
            egress.send(peer, piece(0));
            egress.send(peer, piece(1));
        }
        read();
        assertEquals(MANY / 2, sendings.size(), "one each, half of all");
        for (int i = 0; i < PIECES; i++) {
            egress.send(A, piece(i));
            egress.send(B, piece(i));
        }
        for (int i = 0; i < PIECES; i++) {
            finish(A);
            finish(B);
        }
        assertEquals(PIECES, sentTo(A));
        assertEquals(PIECES, sentTo(B));
    }

    @Test
    void whatASlowPeerMayNotHaveNowIsSentLater() {
        Egress egress = egress(pool(4));
        slowDown(egress, A);
        egress.send(A, piece(0));
        egress.send(A, piece(1));
        read();
        assertEquals(1, sentTo(A));
        sendings.getFirst().done().complete(null);
        read();
        assertEquals(2, sentTo(A));
        // After a while it is like any other.
        sendings.getLast().done().complete(null);
        pass(egress, Duration.ofMinutes(5));
        egress.send(A, piece(2));
        egress.send(A, piece(3));
        read();
        assertEquals(4, sentTo(A));
    }

    @Test
    void aWaitEndsWhenThePeerIsNoLongerSlow() {
        Egress egress = egress(pool(4));
        slowDown(egress, A);
        clock.advance(Duration.ofMinutes(5).minus(TIMEOUT).plusSeconds(1));
        egress.send(A, piece(0));
        egress.send(A, piece(1));
        read();
        assertEquals(1, sentTo(A));
        pass(egress, TIMEOUT.minusSeconds(1));
        read();
        assertEquals(2, sentTo(A));
    }

    private void slowDown(Egress egress, NodeId peer) {
        egress.send(peer, piece(7));
        read();
        pass(egress, TIMEOUT);
        end(egress, peer);
        sendings.clear();
    }

    @Test
    void theNextChannelIsNotCutForAPieceOfTheLast() {
        Egress egress = egress(pool(4));
        egress.send(A, piece(0));
        read();
        clock.advance(Duration.ofSeconds(5));
        egress.send(A, piece(1));
        read();
        pass(egress, TIMEOUT.minusSeconds(5));
        assertEquals(List.of(A), cut);
        egress.down(A); // the plugin has not given the pieces back yet
        egress.send(A, piece(2));
        read();
        pass(egress, Duration.ofSeconds(5));
        assertEquals(List.of(A), cut);
    }

    @Test
    void aPluginThatKeepsABufferAfterTheEndCostsNoBuffer() {
        BufferPool pool = pool(2);
        Egress egress = egress(pool);
        egress.send(A, piece(0));
        read();
        pass(egress, TIMEOUT);
        egress.down(A);
        assertEquals(1, held(pool, 2));
        pass(egress, TIMEOUT);
        assertEquals(0, held(pool, 2));
        assertEquals(1, events.size());
        // It gives it back after all: nobody uses one buffer twice.
        sendings.getFirst().done().complete(null);
        assertEquals(0, held(pool, 2));
        assertEquals(1, events.size());
        egress.send(B, piece(1));
        egress.send(B, piece(2));
        finishAll();
        assertFalse(sendings.stream().anyMatch(s -> !s.done().isDone()));
        assertEquals(List.of(), refusals.stream().filter(r -> r.reason() == Refusal.BUSY).toList());
    }
}
