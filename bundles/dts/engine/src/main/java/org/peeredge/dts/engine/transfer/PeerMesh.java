// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.peeredge.dts.engine.peers.Peers;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;
import org.peeredge.kernel.api.mesh.Mesh;
import org.peeredge.kernel.api.mesh.MeshHandler;

/** {@link Mesh} over the connections. */
public final class PeerMesh implements Mesh {
    private final NodeId self;
    private final Peers peers;

    PeerMesh(NodeId self, Peers peers) {
        this.self = self;
        this.peers = peers;
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public List<Member> members() {
        return peers.members();
    }

    @Override
    public CompletionStage<byte[]> request(
            NodeId to, String topic, byte[] payload, Duration timeout) {
        return peers.ask(to, topic, payload, timeout);
    }

    /** Answers questions of a topic until taken back. */
    public Cancellable answer(String topic, MeshHandler handler) {
        return peers.answer(topic, handler);
    }
}
