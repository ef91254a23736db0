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

/** Whole engines in a mesh with more members than any of them has connections. */
class FarHoldersTest {
    private static final int NODES = 12;
    private static final int PLACES = 8;

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
            nodes.add(
                    new TestNode(mesh, network, port, 1, EngineLimits.defaults(), PLACES));
        }
        nodes.forEach(n -> n.await("two connections", () -> n.connections() >= 2));
        TestNode asker = nodes.getLast();
        TestNode holder =
                nodes.stream()
                        .filter(n -> n != asker && !n.connected(asker))
                        .filter(n -> n.connections() < PLACES)
                        .findFirst()
                        .orElseThrow();
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
