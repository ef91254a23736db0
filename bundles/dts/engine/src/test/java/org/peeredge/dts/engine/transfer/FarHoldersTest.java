// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Whole engines, one of which knows more members than it has connections. */
class FarHoldersTest {
    private static final int NODES = 8;
    private static final int PLACES = 4;

    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final MemoryNetwork network = new MemoryNetwork();
    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(TestNode::close);
        kernel.close();
    }

    @Test
    void aBlobIsFetchedFromAMemberThatWasNotConnected() throws Exception {
        for (int port = 1; port <= NODES; port++) {
            int places = port == NODES ? PLACES : 64;
            nodes.add(new TestNode(mesh, network, port, 1, EngineLimits.defaults(), places));
        }
        TestNode asker = nodes.getLast();
        asker.await("all places taken", () -> asker.connections() == PLACES);
        TestNode holder =
                nodes.stream().filter(n -> n != asker && !asker.connected(n)).findFirst().get();
        holder.await("connected to all others", () -> holder.connections() == NODES - 2);
        byte[] bytes = new byte[700_000];
        new SplittableRandom(5).nextBytes(bytes);
        Digest digest = holder.store.put(bytes);
        holder.publish(digest);
        assertEquals(
                Set.of(digest),
                asker.engine
                        .transfers()
                        .available(Set.of(digest))
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS));
        assertArrayEquals(bytes, asker.fetch(digest, false));
        assertTrue(asker.connected(holder));
    }
}
