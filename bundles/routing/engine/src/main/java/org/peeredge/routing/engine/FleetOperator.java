// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.plugin.PluginSlots;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.routing.api.Routing.NodeChange;

/**
 * The commanding side: asks the chosen members, at most {@value #MAX_AT_ONCE} at once, and gathers
 * what each did. A member that cannot be reached or refuses is a line in the result, not a failure
 * of the whole.
 */
final class FleetOperator {
    private static final int MAX_AT_ONCE = 64;

    private final Clock clock;
    private final RandomGenerator random;
    private final FleetMember own;

    FleetOperator(Clock clock, RandomGenerator random, FleetMember own) {
        this.clock = clock;
        this.random = random;
        this.own = own;
    }

    CompletionStage<List<NodeChange>> use(
            String type,
            String selector,
            @Nullable Identity identity,
            @Nullable Mesh mesh,
            Settings settings) {
        try {
            if (!PluginSlots.validType(type)) {
                throw new NeverException("strategy '" + type + "' " + PluginSlots.TYPE_RULE);
            }
            Identity me = present(identity, "is in no mesh: see mesh:create and mesh:join");
            Mesh members = present(mesh, "has no transfer engine running: see feature:list");
            NodeId self = me.self().node();
            checkOperator(me);
            List<NodeId> nodes =
                    List.copyOf(NodeSelector.select(selector, self, roles(me, members)));
            return Fanout.ask(
                    nodes,
                    MAX_AT_ONCE,
                    node ->
                            node.equals(self)
                                    ? own.change(node, type, settings.fleetWatch())
                                    : ask(node, type, members, settings.fleetTimeout()));
        } catch (NeverException | RetryLaterException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void checkOperator(Identity me) {
        if (!me.self().has(Role.OPERATOR)) {
            throw new NeverException(
                    "node "
                            + me.self().node().shortName()
                            + " has not the role operator: run the command on a node that has, or"
                            + " let this one join with a token for it (mesh:token-create --roles"
                            + " operator)");
        }
    }

    private static <T> T present(@Nullable T service, String what) {
        if (service == null) {
            throw new RetryLaterException("this node " + what);
        }
        return service;
    }

    private static Map<NodeId, Set<Role>> roles(Identity me, Mesh mesh) {
        Map<NodeId, Set<Role>> roles = new HashMap<>();
        for (Member member : mesh.members()) {
            roles.put(member.node(), member.roles());
        }
        roles.put(me.self().node(), me.self().roles());
        return roles;
    }

    private CompletionStage<NodeChange> ask(NodeId node, String type, Mesh mesh, Duration timeout) {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        var command =
                new FleetMessages.Command(
                        type, clock.now().plus(timeout), HexFormat.of().formatHex(nonce));
        return mesh.request(node, FleetMessages.TOPIC, command.write(), timeout)
                .thenApply(FleetMessages.Answer::read)
                .thenApply(a -> new NodeChange(node, a.before(), a.after(), a.outcome()))
                .exceptionally(e -> new NodeChange(node, "?", "?", "failed: " + Failures.text(e)));
    }
}
