// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kit.tck.TestClock;
import org.peeredge.kit.tck.TestIdentity;
import org.peeredge.kit.tck.TestMesh;
import org.peeredge.routing.api.Routing.NodeChange;
import org.peeredge.routing.api.strategy.RoutingStrategy;

/** Three members: an operator, a member, an origin that is out of reach at times. */
@NullUnmarked // what the maps do not hold fails the test, as it should
final class FleetTest {
    private final TestMesh ca = new TestMesh(new TestClock());
    private final Map<NodeId, Node> nodes = new LinkedHashMap<>();
    private final Map<NodeId, TestIdentity> identities = new LinkedHashMap<>();
    private final List<NodeId> ids = new ArrayList<>();
    private boolean originGone;
    private final AtomicInteger held = new AtomicInteger();

    /** As DS gives a mesh out and takes it back. */
    private record Held(Mesh mesh, AtomicInteger held) implements ComponentServiceObjects<Mesh> {
        @Override
        public Mesh getService() {
            held.incrementAndGet();
            return mesh;
        }

        @Override
        public void ungetService(Mesh service) {
            assertEquals(mesh, service);
            held.decrementAndGet();
        }

        @Override
        public ServiceReference<Mesh> getServiceReference() {
            throw new UnsupportedOperationException("nobody asks for it");
        }
    }

    @BeforeEach
    void start() {
        add(Role.OPERATOR);
        add(Role.MEMBER);
        add(Role.ORIGIN);
    }

    private void add(Role role) {
        Node node =
                new Node(
                        Map.of(
                                "plan_timeout_millis", 2_000L,
                                "hang_timeout_millis", 4_000L,
                                "fleet_watch_millis", 100L));
        node.with("network", Views.weight(5)).with("random", Views.weight(7));
        TestIdentity identity = ca.member(role);
        NodeId id = identity.self().node();
        node.engine.identity = identity;
        node.engine.meshes = new Held(new Wire(id), held);
        ids.add(id);
        nodes.put(id, node);
        identities.put(id, identity);
    }

    @AfterEach
    void stop() {
        nodes.values().forEach(Node::close);
    }

    private Node node(int i) {
        return nodes.get(ids.get(i));
    }

    private CompletionStage<List<NodeChange>> use(int from, String type, String selector) {
        return node(from).engine.use(type, selector);
    }

    @Test
    void changesAllAndReportsEach() throws Exception {
        List<NodeChange> changes = Node.get(use(0, "random", "all"));
        assertEquals(3, changes.size());
        assertEquals(0, held.get(), "the mesh is given back");
        for (NodeChange change : changes) {
            assertEquals(new NodeChange(change.node(), "network", "random", "changed"), change);
            assertEquals("random", nodes.get(change.node()).engine.strategy());
            assertEquals(List.of("random"), nodes.get(change.node()).saved);
        }
    }

    @Test
    void selectsByIdRoleAndSelf() throws Exception {
        assertEquals(ids.get(1), only(use(0, "random", ids.get(1).hex().substring(0, 12))));
        assertEquals(ids.get(2), only(use(0, "random", "role:origin")));
        assertEquals(ids.get(0), only(use(0, "random", "self")));
        assertEquals(2, Node.get(use(0, "network", "self,role:origin")).size());
        assertEquals(3, Node.get(use(0, "network", "role:member")).size());
        for (String bad : List.of("role:king", "xyz", "", "00000000000000", "all,,")) {
            assertInstanceOf(NeverException.class, Node.failure(use(0, "random", bad)), bad);
        }
    }

    private static NodeId only(CompletionStage<List<NodeChange>> stage) throws Exception {
        List<NodeChange> changes = Node.get(stage);
        assertEquals(1, changes.size());
        assertEquals("changed", changes.getFirst().outcome());
        return changes.getFirst().node();
    }

    @Test
    void onlyAnOperatorMayCommand() throws Exception {
        Throwable here = Node.failure(use(1, "random", "all"));
        assertInstanceOf(NeverException.class, here);
        assertTrue(here.getMessage().contains("operator"), here.getMessage());
        byte[] forged = command("random", Duration.ofSeconds(5), "a");
        Throwable there = Node.failure(handle(1, 2, forged));
        assertInstanceOf(NeverException.class, there);
        assertEquals("network", node(2).engine.strategy());
        assertEquals(
                1.0, node(2).metric("peeredge_routing_fleet_commands_total", "outcome", "refused"));
        node(0).engine.identity = null;
        assertInstanceOf(RetryLaterException.class, Node.failure(use(0, "random", "all")));
    }

    @Test
    void oneThatFailsWhileWatchedRollsBack() throws Exception {
        CountDownLatch planned = new CountDownLatch(1);
        RoutingStrategy frail =
                (view, random) -> {
                    if (view.transfer() == 1) {
                        planned.countDown();
                        throw new IllegalArgumentException("cannot do real work");
                    }
                    return Views.plan(view, 9);
                };
        node(1).with("frail", frail);
        // A pull runs on member 1 while the operator changes the strategy.
        CompletionStage<List<NodeChange>> change = use(0, "frail", ids.get(1).hex());
        PlanningTest.await(() -> {
            var _ = node(1).plan(Views.of(2));
            return planned.getCount() == 0;
        });
        NodeChange result = Node.get(change).getFirst();
        assertTrue(result.outcome().startsWith("rolled back: "), result.outcome());
        assertTrue(result.outcome().contains("cannot do real work"), result.outcome());
        assertEquals("network", result.after());
        assertEquals("network", node(1).engine.strategy());
        assertEquals(List.of(), node(1).saved);
    }

    @Test
    void unreachableMissingAndUnhealthyAreLinesNotFailures() throws Exception {
        originGone = true;
        node(1).with("frail", Views.weight(3));
        Map<NodeId, String> outcomes = new LinkedHashMap<>();
        for (NodeChange change : Node.get(use(0, "frail", "all"))) {
            outcomes.put(change.node(), change.outcome());
        }
        assertTrue(outcomes.get(ids.get(0)).startsWith("failed: there is no strategy 'frail'"));
        assertEquals("changed", outcomes.get(ids.get(1)));
        assertEquals("failed: not connected", outcomes.get(ids.get(2)));
    }

    @Test
    void refusesCommandsThatAreOldRepeatedOrTooLongLived() throws Exception {
        byte[] command = command("random", Duration.ofSeconds(5), "b");
        Node.get(handle(0, 1, command));
        for (byte[] bad :
                List.of(
                        command,
                        command("random", Duration.ofSeconds(-1), "c"),
                        command("random", Duration.ofHours(1), "d"),
                        new byte[0],
                        new byte[5000],
                        new byte[] {(byte) 0xff, (byte) 0xfe})) {
            assertInstanceOf(NeverException.class, Node.failure(handle(0, 1, bad)));
        }
    }

    private CompletionStage<byte[]> handle(int from, int to, byte[] payload) {
        return node(to).engine.handle(identities.get(ids.get(from)).self(), payload);
    }

    private byte[] command(String type, Duration life, String nonce) {
        return new FleetMessages.Command(
                        type, node(0).kernel.clock().now().plus(life), nonce.repeat(32))
                .write();
    }

    /** The mesh as {@code self} sees it. */
    private final class Wire implements Mesh {
        private final NodeId self;

        Wire(NodeId self) {
            this.self = self;
        }

        @Override
        public NodeId self() {
            return self;
        }

        @Override
        public List<Member> members() {
            return ids.stream()
                    .filter(id -> !id.equals(self))
                    .map(id ->
                            new Member(
                                    id,
                                    identities.get(id).self().roles(),
                                    List.of(),
                                    true,
                                    true,
                                    0,
                                    0))
                    .toList();
        }

        @Override
        public CompletionStage<byte[]> request(
                NodeId to, String topic, byte[] payload, Duration timeout) {
            assertEquals("routing.strategy", topic);
            if (originGone && to.equals(ids.get(2))) {
                return CompletableFuture.failedFuture(new TryOtherPeerException("not connected"));
            }
            return nodes.get(to).engine.handle(identities.get(self).self(), payload);
        }
    }
}
