// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.codec.raptorq.RaptorqCodec;
import org.peeredge.dts.coding.Gf256Kernels;
import org.peeredge.dts.coding.rs.CauchyCodec;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Whole engines pull by real codes over the memory channel. */
class CodedPullTest {
    private static final int HUB = 1;
    private static final int PIECES = 41;

    private final MemoryNetwork network = new MemoryNetwork();
    private final List<TestNode> nodes = new ArrayList<>();
    private final byte[] bytes = new byte[PIECES * Pieces.MIN_PIECE_BYTES - 1_001];
    private TestKernel kernel;
    private TestMesh mesh;
    private Residue before;

    @BeforeEach
    void start() {
        before = Residue.now();
        kernel = new TestKernel();
        mesh = new TestMesh(kernel.clock());
        new SplittableRandom(5).nextBytes(bytes);
    }

    @AfterEach
    void nothingIsLeft() {
        nodes.forEach(TestNode::close);
        kernel.close();
        before.assertBack(64L << 20);
    }

    private static CodecProvider codec(String type) {
        return type.equals("rs")
                ? new CauchyCodec(Gf256Kernels.plain())
                : new RaptorqCodec(Gf256Kernels.plain());
    }

    private TestNode node(CodecProvider codec, Role... roles) {
        TestNode made = new TestNode(mesh, network, HUB + nodes.size(), HUB, roles);
        made.codecs.add(codec.type(), 0, codec);
        made.engine.codecs().changed();
        nodes.add(made);
        for (TestNode other : nodes.subList(0, nodes.size() - 1)) {
            made.await("connected to " + other.id(), () -> made.connected(other));
            made.await("known to " + other.id(), () -> other.connected(made));
        }
        return made;
    }

    private TestNode holder(CodecProvider codec) throws Exception {
        TestNode made = node(codec, Role.ORIGIN);
        made.publish(made.store.put(bytes));
        return made;
    }

    private TestNode taker(String type) throws Exception {
        TestNode made = node(codec(type));
        made.engine.codecs().use(type).toCompletableFuture().get(10, TimeUnit.SECONDS);
        return made;
    }

    private static List<NodeId> bans(TestNode node) {
        return node.engine.bans().bans().stream().map(ban -> ban.node()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rs", "raptorq"})
    void twoHoldersSendDifferentSymbols(String type) throws Exception {
        TestNode one = holder(codec(type));
        TestNode two = holder(codec(type));
        TestNode taker = taker(type);
        Digest digest = MemoryStore.digest(bytes);
        assertArrayEquals(bytes, taker.fetch(digest, false));
        assertArrayEquals(bytes, taker.store.bytes(digest));
        assertEquals(Math.ceilDiv(PIECES, 4), taker.metric("coded_groups_total"));
        assertEquals(bytes.length, taker.metric("received_bytes_total", "source", "origin"));
        for (TestNode holder : List.of(one, two)) {
            assertTrue(holder.metric("sent_bytes_total") > 0, "a holder sent nothing");
        }
        assertEquals(0, taker.metric("bad_bytes_total"));
    }

    @Test
    void whoForgesSymbolsIsNamedAndNobodyElse() throws Exception {
        holder(codec("rs"));
        TestNode liar = holder(new ForgingCodec(codec("rs")));
        holder(codec("rs"));
        TestNode taker = taker("rs");
        Digest digest = MemoryStore.digest(bytes);
        assertArrayEquals(bytes, taker.fetch(digest, false));
        taker.await("banned", () -> !bans(taker).isEmpty());
        assertEquals(List.of(liar.id()), bans(taker));
        assertTrue(taker.metric("bad_bytes_total") > 0);
    }

    @Test
    void whereHoldersLackTheCodecPiecesGoAsTheyAre() throws Exception {
        holder(codec("raptorq"));
        TestNode taker = taker("rs");
        assertArrayEquals(bytes, taker.fetch(MemoryStore.digest(bytes), false));
        assertEquals(0, taker.metric("coded_groups_total"));
    }

    @Test
    void aCodecThatLeavesInTheMiddleCostsNoPull() throws Exception {
        holder(codec("rs"));
        TestNode taker = node(codec("rs"));
        LeavingCodec leaving = new LeavingCodec(codec("rs"), 3);
        taker.codecs.add("rs", 10, leaving);
        taker.engine.codecs().changed();
        taker.engine.codecs().use("rs").toCompletableFuture().get(10, TimeUnit.SECONDS);
        var pull = taker.open(MemoryStore.digest(bytes), -1, false);
        leaving.reached.get(20, TimeUnit.SECONDS);
        taker.codecs.remove(leaving);
        taker.engine.codecGone(leaving);
        try (var content = pull.get(20, TimeUnit.SECONDS)) {
            assertArrayEquals(bytes, TestNode.readAll(content));
            content.complete().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
        assertTrue(taker.metric("coded_groups_total") >= 3);
    }
}
