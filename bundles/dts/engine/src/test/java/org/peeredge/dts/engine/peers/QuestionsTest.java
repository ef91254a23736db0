// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.TryOtherPeerException;

/** Questions and answers, and each way in which there is none. */
class QuestionsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private final World world = new World(2);
    private final World.Node a = world.node(1).start();
    private final World.Node b = world.node(2, 1).start();

    @BeforeEach
    void connect() {
        assertTrue(world.until(() -> a.sees(b) && b.sees(a)));
    }

    private CompletableFuture<byte[]> ask(NodeId to, String topic, String text) {
        return a.peers.ask(to, topic, text.getBytes(UTF_8), TIMEOUT).toCompletableFuture();
    }

    private String text(CompletableFuture<byte[]> answer) {
        assertTrue(world.until(answer::isDone));
        return new String(answer.join(), UTF_8);
    }

    private <T extends Throwable> String fails(Class<T> kind, CompletableFuture<byte[]> answer) {
        assertTrue(world.until(answer::isDone));
        CompletionException thrown = assertThrows(CompletionException.class, answer::join);
        return "" + assertInstanceOf(kind, thrown.getCause()).getMessage();
    }

    @Test
    void answerComesBackToItsAsker() {
        Cancellable handler =
                b.peers.answer(
                        "echo",
                        (from, payload) ->
                                CompletableFuture.completedFuture(
                                        (from.node().hex() + new String(payload, UTF_8))
                                                .getBytes(UTF_8)));
        assertEquals(a.id.hex() + "hi", text(ask(b.id, "echo", "hi")));
        handler.cancel();
        assertTrue(fails(NeverException.class, ask(b.id, "echo", "hi")).contains("'echo'"));
    }

    @Test
    void refusalsCarryTheirReason() {
        var _ =
                b.peers.answer(
                        "later",
                        (_, _) ->
                                CompletableFuture.failedFuture(
                                        new IllegalStateException("not today")));
        var _ =
                b.peers.answer(
                        "throws",
                        (_, _) -> {
                            throw new IllegalArgumentException("bad input");
                        });
        var _ =
                b.peers.answer(
                        "huge",
                        (_, _) ->
                                CompletableFuture.completedFuture(
                                        new byte[Limits.MAX_PAYLOAD_BYTES + 1]));
        assertTrue(fails(NeverException.class, ask(b.id, "later", "")).endsWith("not today"));
        assertTrue(fails(NeverException.class, ask(b.id, "throws", "")).endsWith("bad input"));
        assertTrue(fails(NeverException.class, ask(b.id, "huge", "")).contains("bytes"));
    }

    @Test
    void noAnswerInTimeAndNoConnectionMeanAnotherPeer() {
        var _ = b.peers.answer("never", (_, _) -> new CompletableFuture<>());
        assertTrue(fails(TryOtherPeerException.class, ask(b.id, "never", "")).contains("5000 ms"));
        fails(TryOtherPeerException.class, ask(new NodeId("0".repeat(40)), "x", ""));
        CompletableFuture<byte[]> open = ask(b.id, "never", "");
        world.time.run(Duration.ofMillis(100));
        b.peers.disconnect(a.id, "a test", Duration.ZERO);
        fails(TryOtherPeerException.class, open);
    }

    @Test
    void questionsOpenOrPutWhileAMembersChannelPluginIsSwappedAreAnsweredAfterwards() {
        CompletableFuture<byte[]> late = new CompletableFuture<>();
        var _ = b.peers.answer("late", (_, _) -> late);
        CompletableFuture<byte[]> open = ask(b.id, "late", "");
        world.time.run(Duration.ofMillis(100));
        removeProvider();
        CompletableFuture<byte[]> put = ask(b.id, "late", "");
        assertTrue(connected());
        world.time.run(Duration.ofMillis(200));
        b.slots.add(FakeNet.TYPE, 0, b.provider);
        b.peers.providersChanged();
        long begin = world.time.nanos();
        assertTrue(world.until(() -> a.sees(b)));
        assertTrue(world.time.nanos() - begin < 100_000_000, "it was dialled late");
        late.complete("both".getBytes(UTF_8));
        assertEquals("both", text(open));
        assertEquals("both", text(put));
    }

    @Test
    void questionsToAMemberThatStaysAwayFailSoon() {
        removeProvider();
        CompletableFuture<byte[]> answer = ask(b.id, "x", "");
        world.time.run(Duration.ofSeconds(1));
        assertFalse(answer.isDone());
        world.time.run(Duration.ofSeconds(2));
        assertTrue(answer.isDone());
        assertTrue(fails(TryOtherPeerException.class, answer).contains("not connected"));
        assertFalse(connected());
    }

    private void removeProvider() {
        assertTrue(b.slots.remove(b.provider));
        b.peers.providersChanged();
        assertTrue(world.until(() -> !a.sees(b)));
    }

    private boolean connected() {
        return a.peers.members().stream().anyMatch(m -> m.node().equals(b.id) && m.connected());
    }

    @Test
    void hangingHandlerIsGivenUp() {
        var _ = b.peers.answer("never", (_, _) -> new CompletableFuture<>());
        CompletableFuture<byte[]> answer =
                a.peers
                        .ask(b.id, "never", new byte[0], Duration.ofMinutes(10))
                        .toCompletableFuture();
        assertTrue(world.time.runUntil(Duration.ofSeconds(121), answer::isDone));
        assertTrue(fails(NeverException.class, answer).contains("no answer in time"));
    }

    @Test
    void openQuestionsAreBounded() {
        List<CompletableFuture<byte[]>> held = new ArrayList<>();
        var _ =
                b.peers.answer(
                        "hold",
                        (_, _) -> {
                            CompletableFuture<byte[]> answer = new CompletableFuture<>();
                            held.add(answer);
                            return answer;
                        });
        List<CompletableFuture<byte[]>> asked = new ArrayList<>();
        for (int i = 0; i < 65; i++) {
            asked.add(ask(b.id, "hold", "" + i));
        }
        fails(RetryLaterException.class, asked.getLast());
        assertTrue(world.until(() -> held.size() == 64));
        held.forEach(h -> h.complete("done".getBytes(UTF_8)));
        assertEquals("done", text(asked.getFirst()));
        assertEquals("done", text(asked.get(63)));
        CompletableFuture<byte[]> next = ask(b.id, "hold", "again");
        assertTrue(world.until(() -> held.size() == 65));
        held.getLast().complete(new byte[0]);
        assertEquals("", text(next));
    }

    @Test
    void limitsAreSaidBeforeSending() {
        fails(NeverException.class, ask(b.id, "t".repeat(65), ""));
        fails(
                NeverException.class,
                a.peers
                        .ask(b.id, "t", new byte[Limits.MAX_PAYLOAD_BYTES + 1], TIMEOUT)
                        .toCompletableFuture());
        assertThrows(
                IllegalArgumentException.class,
                () -> a.peers.answer("", (_, _) -> new CompletableFuture<>()));
    }

    @Test
    void stoppingNodeFailsWhatIsOpen() {
        var _ = b.peers.answer("never", (_, _) -> new CompletableFuture<>());
        CompletableFuture<byte[]> open = ask(b.id, "never", "");
        world.time.run(Duration.ofMillis(100));
        a.stop();
        fails(TryOtherPeerException.class, open);
    }
}
