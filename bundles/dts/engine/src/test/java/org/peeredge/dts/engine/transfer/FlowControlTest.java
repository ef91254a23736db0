// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.FetchRequest;
import org.peeredge.dts.api.Flow;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.Transfers.Content;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.engine.flow.Lane;
import org.peeredge.dts.engine.flow.Rules;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Limits of a whole engine that reads from an upstream. */
class FlowControlTest {
    private static final int PIECES = 32;

    private final byte[] bytes = new byte[PIECES * Pieces.MIN_PIECE_BYTES];
    private TestKernel kernel;
    private TestNode node;
    private Digest digest;

    @BeforeEach
    void start() {
        kernel = new TestKernel();
        node = new TestNode(new TestMesh(kernel.clock()), new MemoryNetwork(), 1, 1);
        new SplittableRandom(1).nextBytes(bytes);
        digest = MemoryStore.digest(bytes);
        node.upstream = TestNode.upstreamOf(bytes, true);
    }

    @AfterEach
    void stop() {
        node.close();
        kernel.close();
    }

    private static Rules limit(Lane lane, long bytesPerSecond) {
        return new Rules(Map.of(lane, bytesPerSecond), List.of(), List.of(), 0, true);
    }

    private static Rules budget(long bytes, boolean foregroundBeyond) {
        return new Rules(Map.of(), List.of(), List.of(), bytes, foregroundBeyond);
    }

    private List<Flow.Limit> inForce() throws Exception {
        return node.engine.flow().inForce().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    @Test
    void aWholeReadIsPaced() throws Exception {
        assertEquals(List.of(), inForce());
        node.engine.flow().rules(limit(Lane.WAN_DOWN, 4_000_000));
        long begun = node.kernel.clock().nanos();
        assertArrayEquals(bytes, node.fetch(digest, true));
        double seconds = (node.kernel.clock().nanos() - begun) / 1e9;
        // All but the first half MiB wait for what came before.
        assertTrue(seconds >= (bytes.length - (1 << 19)) / 4e6, () -> seconds + " s");
        Flow.Limit limit = inForce().getFirst();
        assertEquals("limit.wan.down 4000000", limit.name() + " " + limit.value());
        assertEquals("limit.wan.down", limit.why());
        node.await(
                "the gauge shows it",
                () -> node.metric("limit_bytes_per_second", "limit", "wan.down") == 4_000_000);
        node.engine.flow().rules(Rules.NONE);
        assertEquals(List.of(), inForce());
    }

    @Test
    void aReaderHearsThatTheBudgetIsSpent() throws Exception {
        node.engine.flow().rules(budget(1_000_000, false));
        node.fetch(digest, true);
        node.engine.flow().rules(budget(1_000_001, false));
        Flow.Limit left = inForce().getFirst();
        assertEquals("wan.budget", left.name());
        assertEquals(0, left.leftBytes());

        byte[] more = new byte[3 * Pieces.MIN_PIECE_BYTES];
        node.upstream = TestNode.upstreamOf(more, true);
        try (Content content =
                node.open(MemoryStore.digest(more), -1, true).get(10, TimeUnit.SECONDS)) {
            ExecutionException failed =
                    assertThrows(ExecutionException.class, () -> TestNode.readAll(content));
            RetryLaterException why =
                    assertInstanceOf(RetryLaterException.class, failed.getCause());
            assertTrue(String.valueOf(why.getMessage()).contains("wan.budget"), "" + why);
        }
        node.engine.flow().rules(budget(1_000_002, true));
        assertArrayEquals(more, node.fetch(MemoryStore.digest(more), true));
    }

    /** What nobody waits for stands still without a budget, and goes on when somebody does. */
    @Test
    void whoWaitsTakesABackgroundTransferAlong() throws Exception {
        node.engine.flow().rules(budget(1, true));
        byte[] first = new byte[Pieces.MIN_PIECE_BYTES];
        node.upstream = TestNode.upstreamOf(first, true);
        node.fetch(MemoryStore.digest(first), true);
        node.engine.flow().rules(budget(2, true)); // looks at once
        node.upstream = TestNode.upstreamOf(bytes, true);
        FetchRequest ahead =
                new FetchRequest(
                        digest,
                        -1,
                        Optional.of(TestNode.UPSTREAM),
                        FetchRequest.Urgency.BACKGROUND);
        Content content =
                node.engine.transfers().open(ahead).toCompletableFuture().get(10, TimeUnit.SECONDS);
        node.await(
                "it is held back", () -> node.metric("held_back_bytes", "direction", "down") > 0);
        assertEquals(
                Pieces.MIN_PIECE_BYTES, node.metric("received_bytes_total", "source", "upstream"));
        assertArrayEquals(bytes, node.fetch(digest, true));
        content.close();
    }
}
