// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.trust.Membership;
import org.peeredge.kit.tck.TestClock;
import org.peeredge.kit.tck.TestMesh;

/** The small parts: what wakes readers, what keeps order, who is asked what. */
class TransferTest {
    private static final Digest DIGEST = new Digest("sha256", "1".repeat(64));
    private static final Digest OTHER = new Digest("sha256", "2".repeat(64));

    private final Transfer transfer = new Transfer(DIGEST, -1, 0);
    private final List<String> woken = new ArrayList<>();

    private void open(int... kept) {
        BitSet have = new BitSet();
        IntStream.of(kept).forEach(have::set);
        transfer.open(4L * Pieces.MIN_PIECE_BYTES, false, have);
    }

    private void await(int piece) {
        transfer.await(transfer.changes(), piece, () -> woken.add("piece " + piece));
    }

    @Test
    void aReaderIsWokenByItsPiece() {
        open();
        transfer.mayRead(100);
        await(2);
        await(1);
        transfer.pieceArrived(0);
        assertEquals(List.of(), woken);
        transfer.pieceArrived(1);
        assertEquals(List.of("piece 1"), woken);
        transfer.pieceArrived(2);
        assertEquals(List.of("piece 1", "piece 2"), woken);
    }

    @Test
    void aReaderIsWokenWhenReadingIsAllowedAndAtTheEnd() {
        open();
        await(0);
        transfer.pieceArrived(0);
        assertEquals(List.of(), woken);
        transfer.mayRead(100);
        assertEquals(List.of("piece 0"), woken);
        await(3);
        transfer.complete(4L * Pieces.MIN_PIECE_BYTES, false, 5);
        assertEquals(List.of("piece 0", "piece 3"), woken);
    }

    @Test
    void whatChangedBetweenLookAndWaitIsNotMissed() {
        open();
        transfer.mayRead(100);
        int seen = transfer.changes();
        transfer.pieceArrived(0);
        transfer.await(seen, 0, () -> woken.add("at once"));
        assertEquals(List.of("at once"), woken);
    }

    @Test
    void aPieceCountsOnceHoweverOftenItComes() {
        open(3);
        transfer.pieceArrived(0);
        transfer.pieceArrived(0);
        transfer.pieceArrived(3);
        assertEquals(2, transfer.info(0).piecesHave());
        transfer.pieceLost(3);
        assertEquals(1, transfer.info(0).piecesHave());
        transfer.restarted();
        assertEquals(0, transfer.info(0).piecesHave());
    }

    @Test
    void tasksOfOneBlobRunInOrderAndThoseOfAnotherBeside() {
        ArrayDeque<Runnable> pool = new ArrayDeque<>();
        InOrder inOrder = new InOrder(pool::add);
        inOrder.execute(DIGEST, () -> woken.add("close"));
        inOrder.execute(DIGEST, () -> woken.add("open"));
        inOrder.execute(OTHER, () -> woken.add("other"));
        assertEquals(2, pool.size());
        pool.removeLast().run();
        pool.remove().run();
        assertEquals(List.of("other", "close", "open"), woken);
        inOrder.execute(DIGEST, () -> woken.add("later"));
        pool.remove().run();
        assertEquals("later", woken.getLast());
    }

    @Test
    void aRefusedTaskLeavesNoQueue() {
        List<Runnable> pool = new ArrayList<>();
        boolean[] full = {true};
        Executor workers =
                task -> {
                    if (full[0]) {
                        throw new RejectedExecutionException();
                    }
                    pool.add(task);
                };
        InOrder inOrder = new InOrder(workers);
        assertThrows(
                RejectedExecutionException.class,
                () -> inOrder.execute(DIGEST, () -> woken.add("no")));
        full[0] = false;
        inOrder.execute(DIGEST, () -> woken.add("yes"));
        pool.forEach(Runnable::run);
        assertEquals(List.of("yes"), woken);
    }

    @Test
    void aMemberThatAnswersNonsenseDoesNotKeepTheOthersFromBeingHeard() {
        List<CompletableFuture<byte[]>> answers =
                List.of(new CompletableFuture<>(), new CompletableFuture<>());
        Availability availability =
                new Availability(
                        new MemoryStore(),
                        new Asked(answers),
                        Runnable::run,
                        Duration.ofSeconds(1));
        CompletableFuture<Set<Digest>> found =
                availability.ask(Set.of(DIGEST, OTHER)).toCompletableFuture();
        answers.get(0).complete("not a digest".getBytes(StandardCharsets.US_ASCII));
        answers.get(1).complete(DIGEST.toString().getBytes(StandardCharsets.US_ASCII));
        assertTrue(found.isDone());
        assertEquals(Set.of(DIGEST), found.join());
    }

    @Test
    void confinedBlobsAreNotTold() {
        MemoryStore store = new MemoryStore();
        Digest open = store.put(new byte[] {1});
        Digest confined = store.put(new byte[] {2});
        store.confine(confined);
        Availability availability =
                new Availability(store, new Asked(List.of()), Runnable::run, Duration.ofSeconds(1));
        byte[] question =
                (open + "\n" + confined + "\n" + DIGEST).getBytes(StandardCharsets.US_ASCII);
        Membership asker = new TestMesh(new TestClock()).member().self();
        byte[] answer = availability.handle(asker, question).toCompletableFuture().join();
        assertEquals(open.toString(), new String(answer, StandardCharsets.US_ASCII));
    }

    /** A mesh of as many members as there are answers. */
    private static final class Asked implements Mesh {
        private final List<CompletableFuture<byte[]>> answers;

        Asked(List<CompletableFuture<byte[]>> answers) {
            this.answers = answers;
        }

        private static NodeId node(int number) {
            return new NodeId(String.valueOf(number).repeat(40));
        }

        @Override
        public NodeId self() {
            return node(9);
        }

        @Override
        public List<Member> members() {
            return IntStream.range(0, answers.size())
                    .mapToObj(i ->
                            new Member(node(i), Set.of(Role.MEMBER), List.of(), true, false, 0, 0))
                    .toList();
        }

        @Override
        public CompletionStage<byte[]> request(
                NodeId to, String topic, byte[] payload, Duration timeout) {
            return answers.get(Integer.parseInt(to.hex().substring(0, 1)));
        }
    }
}
