// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Transfers.Content;
import org.peeredge.dts.api.Transfers.TransferInfo;
import org.peeredge.dts.api.cache.RefetchCost;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Whole engines move content over the memory channel. */
class TransfersTest {
    private static final int HUB = 1;

    private final MemoryNetwork network = new MemoryNetwork();
    private final List<TestNode> nodes = new ArrayList<>();
    private TestKernel kernel;
    private TestMesh mesh;
    private Residue before;

    @BeforeEach
    void start() {
        before = Residue.now();
        kernel = new TestKernel();
        mesh = new TestMesh(kernel.clock());
    }

    @AfterEach
    void nothingIsLeft() {
        nodes.forEach(TestNode::close);
        kernel.close();
        before.assertBack(64L << 20);
    }

    private TestNode node(Role... roles) {
        TestNode made = new TestNode(mesh, network, HUB + nodes.size(), HUB, roles);
        nodes.add(made);
        for (TestNode other : nodes.subList(0, nodes.size() - 1)) {
            made.await("connected to " + other.id(), () -> made.connected(other));
            made.await("known to " + other.id(), () -> other.connected(made));
        }
        return made;
    }

    private static byte[] content(int pieces) {
        byte[] bytes = new byte[pieces * Pieces.MIN_PIECE_BYTES - 1_000];
        new SplittableRandom(pieces).nextBytes(bytes);
        return bytes;
    }

    private static Throwable failure(CompletableFuture<?> stage) {
        return Objects.requireNonNull(
                assertThrows(ExecutionException.class, () -> stage.get(20, TimeUnit.SECONDS))
                        .getCause());
    }

    private static TransferInfo last(TestNode node) {
        return node.engine.transfers().list().getFirst();
    }

    @Test
    void whatIsPublishedAtAnOriginIsFetchedElsewhere() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode edge = node();
        byte[] bytes = content(9);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        assertArrayEquals(bytes, edge.fetch(digest, false));
        assertArrayEquals(bytes, edge.store.bytes(digest));
        TransferInfo info = last(edge);
        assertEquals("complete", info.state());
        assertEquals(bytes.length, info.bytesFromOrigins());
        assertEquals(9, info.piecesHave());
        assertEquals(Set.of(origin.id()), info.sources());
        // Counted once the channel has handed it over, which the other end does not wait for.
        origin.await("all is counted", () -> origin.metric("sent_bytes_total") == bytes.length);
        assertEquals(
                Set.of(digest),
                origin.engine.transfers().available(Set.of(digest)).toCompletableFuture().get());
    }

    @Test
    void theStoreIsToldWhatABlobCost() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode edge = node();
        byte[] pushed = content(2);
        Digest published = origin.store.put(pushed);
        origin.publish(published);
        edge.fetch(published, false);
        boolean near = edge.engine.mesh().members().getFirst().sameLan();
        long expected = near ? RefetchCost.lan(pushed.length) : RefetchCost.far(pushed.length);
        long told = edge.store.refetchCosts.getOrDefault(published, 0L);
        assertTrue(Math.abs(told - expected) <= 1, () -> told + ", not " + expected);
        byte[] bytes = content(3);
        edge.upstream = TestNode.upstreamOf(bytes, false);
        Digest upstream = MemoryStore.digest(bytes);
        edge.fetch(upstream, true);
        assertEquals(RefetchCost.far(bytes.length), edge.store.refetchCosts.get(upstream));
        assertEquals(Map.of(), origin.store.refetchCosts, "what was pushed cost nothing");
    }

    @Test
    void twoFetchAtOnceAndEachCanServeAfterwards() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode left = node();
        TestNode right = node();
        byte[] bytes = content(16);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        CompletableFuture<Content> one = left.open(digest, -1, false);
        CompletableFuture<Content> two = right.open(digest, -1, false);
        CompletableFuture<Content> again = right.open(digest, -1, false);
        for (var stage : List.of(one, two, again)) {
            try (Content c = stage.get(20, TimeUnit.SECONDS)) {
                assertArrayEquals(bytes, TestNode.readAll(c));
                c.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
            }
        }
        assertEquals(
                Set.of(digest),
                left.engine.transfers().available(Set.of(digest)).toCompletableFuture().get());
    }

    @Test
    void aReaderGetsEachPieceFromUpstreamAsItComes() throws Exception {
        TestNode alone = node();
        byte[] bytes = content(4);
        Gated stream = new Gated(bytes);
        alone.upstream = TestNode.upstreamOf(bytes, false, stream);
        Digest digest = MemoryStore.digest(bytes);
        stream.pieces.release(1);
        try (Content content = alone.open(digest, -1, true).get(20, TimeUnit.SECONDS)) {
            ByteBuffer all = ByteBuffer.allocate(bytes.length);
            for (int piece = 0; piece < 4; piece++) {
                all.limit(all.position() + Pieces.length(bytes.length, piece));
                while (all.hasRemaining()) {
                    assertTrue(TestNode.read(content, all.position(), all) > 0);
                }
                // The next piece has not left the upstream: the reader was not kept waiting for it.
                assertFalse(alone.store.has(digest) && piece < 3);
                assertFalse(content.complete().toCompletableFuture().isDone() && piece < 3);
                var next = piece == 3 ? null : content.read(all.position(), ByteBuffer.allocate(1));
                stream.pieces.release(1);
                if (next != null) {
                    assertEquals(1, next.toCompletableFuture().get(20, TimeUnit.SECONDS));
                }
            }
            content.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertArrayEquals(bytes, all.array());
        }
        assertEquals(bytes.length, last(alone).bytesFromUpstream());
        assertEquals(bytes.length, alone.metric("received_bytes_total", "source", "upstream"));
    }

    @Test
    void confinedContentStaysWhereItIs() throws Exception {
        TestNode holder = node(Role.ORIGIN);
        TestNode other = node();
        byte[] bytes = content(3);
        Digest digest = MemoryStore.digest(bytes);
        holder.upstream = TestNode.upstreamOf(bytes, true);
        assertArrayEquals(bytes, holder.fetch(digest, true));
        try (Content here = holder.open(digest, -1, false).get(20, TimeUnit.SECONDS)) {
            assertTrue(here.confined());
        }
        assertInstanceOf(NeverException.class, failure(other.open(digest, -1, false)));
        assertEquals(
                Set.of(),
                other.engine.transfers().available(Set.of(digest)).toCompletableFuture().get());
        assertEquals(0, holder.metric("sent_bytes_total"));
    }

    @Test
    void nobodyHasIt() throws Exception {
        TestNode hub = node(Role.ORIGIN);
        TestNode edge = node();
        Digest digest = MemoryStore.digest(content(1));
        CompletableFuture<Content> open = edge.open(digest, -1, false);
        // As stages see it, not wrapped in a CompletionException.
        AtomicReference<Throwable> seen = new AtomicReference<>();
        var handled = open.whenComplete((content, error) -> seen.set(error));
        assertInstanceOf(NeverException.class, failure(handled));
        assertInstanceOf(NeverException.class, seen.get());
        assertEquals("failed", last(edge).state());
        assertEquals(1, hub.connections());
    }

    @Test
    void alone() {
        TestNode alone = node();
        Digest digest = MemoryStore.digest(content(1));
        assertInstanceOf(RetryLaterException.class, failure(alone.open(digest, -1, false)));
    }

    @Test
    void aFullStoreSaysSoAndGoesOnWhenThereIsRoom() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode edge = node();
        byte[] bytes = content(2);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        edge.store.roomBytes = 100;
        Throwable full = failure(edge.open(digest, bytes.length, false));
        assertInstanceOf(RetryLaterException.class, full);
        assertTrue(String.valueOf(full.getMessage()).contains("full"), full.toString());
        edge.store.roomBytes = Long.MAX_VALUE;
        assertArrayEquals(bytes, edge.fetch(digest, false));
    }

    @Test
    void whatTheStoreEvictedIsFetchedAgain() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode edge = node();
        byte[] bytes = content(2);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        assertArrayEquals(bytes, edge.fetch(digest, false));
        edge.store.delete(digest);
        assertArrayEquals(bytes, edge.fetch(digest, false));
    }

    @Test
    void aSourceThatDiesInTheMiddleIsReplaced() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode dying = node();
        byte[] bytes = content(16);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        dying.fetch(digest, false);
        TestNode edge = node();
        Semaphore fromOrigin = new Semaphore(1);
        Semaphore fromDying = new Semaphore(1);
        origin.store.gate = fromOrigin::acquire;
        dying.store.gate = fromDying::acquire;
        try (Content content = edge.open(digest, -1, false).get(20, TimeUnit.SECONDS)) {
            edge.await("two pieces", () -> last(edge).piecesHave() == 2);
            dying.kill();
            fromDying.release(1_000);
            edge.await("its end is seen", () -> !edge.connected(dying));
            fromOrigin.release(1_000);
            assertArrayEquals(bytes, TestNode.readAll(content));
            content.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        assertEquals(bytes.length, last(edge).bytesFromOrigins() + last(edge).bytesFromPeers());
    }

    @Test
    void aSourceWithFalseBytesIsLeftAndTheRestServes() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode liar = node();
        byte[] bytes = content(16);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        liar.fetch(digest, false);
        liar.store.damaged = true;
        TestNode edge = node();
        // The liar answers first.
        Semaphore fromOrigin = new Semaphore(0);
        origin.store.gate = fromOrigin::acquire;
        CompletableFuture<Content> opened = edge.open(digest, -1, false);
        edge.await("false bytes are found", () -> edge.metric("bad_bytes_total") > 0);
        fromOrigin.release(1_000);
        try (Content content = opened.get(20, TimeUnit.SECONDS)) {
            assertArrayEquals(bytes, TestNode.readAll(content));
            content.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        assertFalse(edge.connected(liar));
        assertEquals(0, last(edge).bytesFromPeers());
    }

    @Test
    void stoppingEndsTransfersAndReaders() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode edge = node();
        byte[] bytes = content(4);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        Semaphore none = new Semaphore(1);
        origin.store.gate = none::acquire;
        Content content = edge.open(digest, -1, false).get(20, TimeUnit.SECONDS);
        edge.await("one piece", () -> last(edge).piecesHave() == 1);
        var complete = content.complete().toCompletableFuture();
        edge.close();
        assertInstanceOf(RetryLaterException.class, failure(complete));
        assertInstanceOf(
                RetryLaterException.class,
                failure(content.read(0, ByteBuffer.allocate(1)).toCompletableFuture()));
        assertInstanceOf(RetryLaterException.class, failure(edge.open(digest, -1, false)));
        none.release(1_000);
    }

    /** Gives a piece for each permit. */
    private static final class Gated extends InputStream {
        final Semaphore pieces = new Semaphore(0);
        private final InputStream in;
        private int left;

        Gated(byte[] bytes) {
            in = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            if (left == 0) {
                try {
                    pieces.acquire();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                left = Pieces.MIN_PIECE_BYTES;
            }
            int n = in.read(into, from, Math.min(length, left));
            left -= Math.max(n, 0);
            return n;
        }
    }
}
