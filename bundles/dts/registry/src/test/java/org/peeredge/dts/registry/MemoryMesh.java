// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.trust.Membership;

/** Members in memory, for tests: handlers of other nodes are called directly. */
final class MemoryMesh implements Mesh {
    final Map<NodeId, MeshHandler> handlers = new ConcurrentHashMap<>();
    final Set<NodeId> origins = ConcurrentHashMap.newKeySet();
    final Set<NodeId> silent = ConcurrentHashMap.newKeySet();
    private final NodeId self;
    private final Membership membership;

    MemoryMesh(NodeId self, PublicKey key) {
        this.self = self;
        this.membership = new Membership(self, Set.of(Role.MEMBER), key, Instant.MAX);
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public List<Member> members() {
        return handlers.keySet().stream().map(this::member).toList();
    }

    private Member member(NodeId node) {
        Set<Role> roles =
                origins.contains(node) ? Set.of(Role.MEMBER, Role.ORIGIN) : Set.of(Role.MEMBER);
        return new Member(node, roles, List.of(), true, true, 0, 0);
    }

    @Override
    public CompletionStage<byte[]> request(
            NodeId to, String topic, byte[] payload, Duration timeout) {
        @Nullable MeshHandler handler = handlers.get(to);
        if (handler == null) {
            return CompletableFuture.failedFuture(new TryOtherPeerException(to + " is away"));
        }
        if (silent.contains(to)) {
            return new CompletableFuture<>();
        }
        return handler.handle(membership, payload);
    }
}
