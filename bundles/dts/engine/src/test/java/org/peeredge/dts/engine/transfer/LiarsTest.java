// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Bans;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Whole engines, one of which lies: the others hear of it, look for themselves, and leave it. */
class LiarsTest {
    private static final int HUB = 1;

    private final MemoryNetwork network = new MemoryNetwork();
    private final List<TestNode> nodes = new ArrayList<>();
    private TestKernel kernel;
    private TestMesh mesh;

    @BeforeEach
    void start() {
        kernel = new TestKernel();
        mesh = new TestMesh(kernel.clock());
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
        kernel.close();
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

    private static boolean bans(TestNode node, TestNode other) {
        return node.engine.bans().bans().stream().anyMatch(b -> b.node().equals(other.id()));
    }

    @Test
    void whoSendsFalsePiecesIsBannedByThoseWhoHaveTheBlobToo() throws Exception {
        TestNode origin = node(Role.ORIGIN);
        TestNode holder = node();
        TestNode liar = node();
        byte[] bytes = new byte[40 * Pieces.MIN_PIECE_BYTES - 7];
        new SplittableRandom(1).nextBytes(bytes);
        Digest digest = origin.store.put(bytes);
        origin.publish(digest);
        assertArrayEquals(bytes, holder.fetch(digest, false));
        assertArrayEquals(bytes, liar.fetch(digest, false));
        liar.store.damaged = true;
        origin.kill();
        TestNode victim = node2(holder, liar);
        long began = kernel.clock().nanos();
        assertArrayEquals(bytes, victim.fetch(digest, false));
        victim.await("banned by the victim", () -> bans(victim, liar));
        holder.await("banned by one that asks for nothing", () -> bans(holder, liar));
        long took = kernel.clock().nanos() - began;
        assertTrue(took < Duration.ofSeconds(5).toNanos(), "took " + took / 1_000_000 + " ms");
        Bans.Ban ban = holder.engine.bans().bans().getFirst();
        assertEquals("sent a piece that does not match its hash", ban.reason());
        for (TestNode node : List.of(victim, holder)) {
            assertTrue(
                    node.metric("bad_bytes_total") <= 2 * Pieces.MIN_PIECE_BYTES,
                    node.id() + ": " + node.metric("bad_bytes_total"));
            assertEquals(1, node.metric("bans_total", "by", "sight"));
        }
        assertTrue(!bans(victim, holder) && !bans(holder, victim) && !bans(holder, origin));
        holder.engine.bans().lift(liar.id()).toCompletableFuture().get(5, TimeUnit.SECONDS);
        assertEquals(List.of(), holder.engine.bans().bans());
    }

    /** One more, connected to these. */
    private TestNode node2(TestNode... others) {
        TestNode made = new TestNode(mesh, network, HUB + nodes.size(), HUB + 1);
        nodes.add(made);
        for (TestNode other : others) {
            made.await("connected to " + other.id(), () -> made.connected(other));
        }
        return made;
    }
}
