// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.discovery.DirectoryStore;
import org.peeredge.dts.channel.memory.MemoryNetwork;
import org.peeredge.dts.engine.discovery.Discovery;
import org.peeredge.dts.engine.peers.Finding;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kit.tck.TestKernel;
import org.peeredge.kit.tck.TestMesh;

/** Rounds that the test runs, on the mesh of two whole engines. */
class DirectoryRoundsTest {
    private static final NodeId ELSEWHERE = new NodeId("e".repeat(40));

    private final TestKernel kernel = new TestKernel();
    private final TestMesh mesh = new TestMesh(kernel.clock());
    private final MemoryNetwork network = new MemoryNetwork();
    private final ByHand byHand = new ByHand();
    private final Store store = new Store();
    private final Trackers trackers = new Trackers();
    private TestNode self;
    private TestNode member;

    /** A store that others share, and that can be away. */
    private static final class Store implements DirectoryStore {
        final Map<String, byte[]> values = new HashMap<>();
        final List<Duration> lives = new ArrayList<>();
        boolean away;

        @Override
        public CompletionStage<Void> put(String key, byte[] value, Duration life) {
            if (away) {
                return CompletableFuture.failedFuture(new RetryLaterException("away"));
            }
            values.put(key, value);
            lives.add(life);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> remove(String key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Map<String, byte[]>> list(String prefix) {
            assertEquals("tracker/", prefix);
            return away
                    ? CompletableFuture.failedFuture(new RetryLaterException("away"))
                    : CompletableFuture.completedFuture(Map.copyOf(values));
        }
    }

    /** What a discovery would say, and what it was told. */
    private static final class Trackers implements Finding {
        final Map<NodeId, List<String>> hints = new HashMap<>();
        Optional<NodeId> tracker = Optional.empty();
        List<String> addresses = List.of("tcp://10.0.0.1:7440", "tcp://10.0.0.2:7440");

        @Override
        public CompletionStage<Discovery.Result> find(Digest digest) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void holds(Digest digest, boolean now) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void holds(Collection<Digest> all) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void hint(NodeId node, List<String> where) {
            hints.put(node, where);
        }

        @Override
        public List<String> addresses() {
            return addresses;
        }

        @Override
        public Discovery.Status status() {
            return new Discovery.Status(tracker, 0, 0, 0, 0, 0, 0);
        }
    }

    @BeforeEach
    void start() {
        self = new TestNode(mesh, network, 1, 1);
        member = new TestNode(mesh, network, 2, 1);
        self.await("connected", () -> self.connected(member));
        new DirectoryRounds(byHand.loop(), () -> store, self.engine.mesh(), trackers).start();
    }

    @AfterEach
    void stop() {
        member.close();
        self.close();
        kernel.close();
    }

    private void put(String key, String value) {
        store.values.put(key, value.getBytes(UTF_8));
    }

    private String left(NodeId tracker) {
        return new String(
                store.values.getOrDefault("tracker/" + tracker.hex(), new byte[0]), UTF_8);
    }

    @Test
    void aTrackerLeavesWordOfItself() {
        trackers.tracker = Optional.of(self.id());
        assertEquals(Map.of(), store.values, "not before the first round");
        byHand.fire();
        assertEquals("tcp://10.0.0.1:7440\ntcp://10.0.0.2:7440", left(self.id()));
        assertEquals(List.of(Duration.ofDays(3)), store.lives);
    }

    @Test
    void whoReportsToATrackerLeavesWordOfThat() {
        trackers.tracker = Optional.of(member.id());
        byHand.fire();
        List<String> known =
                self.engine.mesh().members().stream()
                        .filter(m -> m.node().equals(member.id()))
                        .map(Member::addresses)
                        .findFirst()
                        .orElseThrow();
        assertFalse(known.isEmpty());
        assertEquals(known, left(member.id()).lines().toList());
    }

    @Test
    void withoutATrackerOrItsAddressNothingIsLeft() {
        byHand.fire();
        trackers.tracker = Optional.of(ELSEWHERE);
        byHand.fire();
        trackers.tracker = Optional.of(self.id());
        trackers.addresses = List.of();
        byHand.fire();
        trackers.addresses = Collections.nCopies(100, "tcp://" + "a".repeat(200) + ":7440");
        byHand.fire();
        assertEquals(Map.of(), store.values);
    }

    @Test
    void othersAreHintedAt() {
        put("tracker/" + ELSEWHERE.hex(), "tcp://10.0.0.8:7440\ntcp://10.0.0.9:7440");
        byHand.fire();
        assertEquals(
                Map.of(ELSEWHERE, List.of("tcp://10.0.0.8:7440", "tcp://10.0.0.9:7440")),
                trackers.hints);
    }

    /** Others write what they want. */
    @Test
    void whatMakesNoSenseIsDroppedAndAllElseTaken() {
        put("tracker/nobody", "tcp://10.0.0.7:7440");
        String many = "tcp://10.0.0.8:7440\n".repeat(Limits.MAX_ADDRESSES + 5);
        put("tracker/" + ELSEWHERE.hex(), "x".repeat(Limits.MAX_ADDRESS_CHARS + 1) + "\n" + many);
        byHand.fire();
        assertEquals(
                Map.of(ELSEWHERE, Collections.nCopies(Limits.MAX_ADDRESSES, "tcp://10.0.0.8:7440")),
                trackers.hints);
    }

    @Test
    void aStoreThatIsAwayIsTriedAgainWithTheNextRound() {
        trackers.tracker = Optional.of(self.id());
        put("tracker/" + ELSEWHERE.hex(), "tcp://10.0.0.8:7440");
        store.away = true;
        byHand.fire();
        assertEquals("", left(self.id()));
        assertEquals(Map.of(), trackers.hints);
        assertEquals(1, byHand.timers());
        store.away = false;
        byHand.fire();
        assertFalse(left(self.id()).isEmpty());
        assertTrue(trackers.hints.containsKey(ELSEWHERE));
    }
}
