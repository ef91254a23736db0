// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.receipt.Receipt;
import org.peeredge.dts.api.receipt.ReceiptVerifier;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.engine.receipts.ReceiptLimits;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whole engines sign for what they move. */
class ReceiptsTest {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiptsTest.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final ReceiptLimits OFF =
            new ReceiptLimits(false, 8 << 20, IDLE, ReceiptLimits.MIN_UNSIGNED_BYTES, 100);

    private final MemoryNetwork network = new MemoryNetwork();
    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void end() {
        nodes.forEach(TestNode::close);
        kernel.close();
    }

    private TestNode node(ReceiptLimits receipts, Role... roles) {
        int port = 1 + nodes.size();
        TestNode made =
                new TestNode(mesh, network, port, 1, EngineLimits.defaults(), receipts, roles);
        nodes.add(made);
        for (TestNode other : nodes.subList(0, nodes.size() - 1)) {
            made.await("connected", () -> made.connected(other) && other.connected(made));
        }
        return made;
    }

    private static ReceiptLimits each(long bytes) {
        return new ReceiptLimits(true, bytes, IDLE, ReceiptLimits.MIN_UNSIGNED_BYTES, 100);
    }

    private byte[] move(TestNode origin, TestNode edge, int pieces) throws Exception {
        byte[] bytes = new byte[pieces * Pieces.MIN_PIECE_BYTES - 1_000];
        new SplittableRandom(pieces).nextBytes(bytes);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        assertArrayEquals(bytes, edge.fetch(digest, false));
        return bytes;
    }

    private static double signed(TestNode node, String part) {
        return node.metric("receipts_signed_total", "part", part);
    }

    @Test
    void bothEndsSignForAllThatWasMovedAtMostOnceForAMebibyte() throws Exception {
        TestNode origin = node(each(1 << 20), Role.ORIGIN);
        TestNode edge = node(each(1 << 20));
        int length = move(origin, edge, 128).length;
        edge.await(
                "all is signed for",
                () -> edge.metric("receipts_bytes_total", "direction", "received") == length);
        assertEquals(length, origin.metric("receipts_bytes_total", "direction", "sent"));
        assertEquals(0, origin.metric("unsigned_bytes"));
        double mebibytes = length / 1048576.0;
        double taker = signed(edge, "taker");
        double giver = signed(origin, "giver");
        LOG.info(
                "signatures for each MiB, one entry a MiB: taker {}, giver {}",
                taker / mebibytes,
                giver / mebibytes);
        assertTrue(taker <= Math.ceil(mebibytes), "taker signed " + taker);
        assertEquals(taker, giver);
        assertEquals(0, signed(edge, "giver"));
        List<Receipt> kept = edge.engine.receipts().export(origin.id(), edge.id());
        assertEquals(
                Optional.empty(),
                ReceiptVerifier.check(kept, origin.identity.chain().getLast().getPublicKey()));
        Receipt last = origin.engine.receipts().last().getFirst();
        assertEquals(length, last.delivery().bytes());
        assertEquals(128, last.delivery().pieces());
        assertEquals(kept.size(), last.delivery().number());
        assertArrayEquals(last.delivery().hash(), kept.getLast().delivery().hash());
    }

    @Test
    void asConfiguredOneSignatureIsForManyMebibytes() throws Exception {
        ReceiptLimits d = ReceiptLimits.defaults();
        ReceiptLimits limits =
                new ReceiptLimits(true, d.entryBytes(), IDLE, d.unsignedBytes(), d.kept());
        TestNode origin = node(limits, Role.ORIGIN);
        TestNode edge = node(limits);
        int length = move(origin, edge, 256).length;
        edge.await(
                "all is signed for",
                () -> edge.metric("receipts_bytes_total", "direction", "received") == length);
        double both = signed(edge, "taker") + signed(origin, "giver");
        LOG.info("signatures for each MiB, as configured, both ends: {}", both * 1048576 / length);
        assertTrue(both <= length / 1048576.0 / 2, "both signed " + both);
    }

    @Test
    void aMemberWithoutReceiptsIsServedAsEver() throws Exception {
        TestNode origin = node(each(1 << 20), Role.ORIGIN);
        TestNode old = node(OFF);
        TestNode edge = node(each(1 << 20));
        move(origin, old, 32);
        assertEquals(0, origin.metric("unsigned_bytes"));
        assertEquals(List.of(), old.engine.receipts().last());
        int length = move(origin, edge, 8).length;
        edge.await(
                "the other one signs",
                () -> edge.metric("receipts_bytes_total", "direction", "received") > 0);
        edge.await("all of it", () -> origin.metric("unsigned_bytes") == 0);
        assertTrue(length > 0);
        assertEquals(0, old.metric("unknown_frames_total"));
        assertEquals(0, signed(old, "taker") + signed(old, "giver"));
    }
}
