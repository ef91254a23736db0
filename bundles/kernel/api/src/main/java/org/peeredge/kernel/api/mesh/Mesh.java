// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.mesh;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;

/**
 * The other members and questions put to them. Safe for use by many threads; nothing here blocks.
 */
@ProviderType
public interface Mesh {
    /** The largest payload of a question or an answer. */
    int MAX_PAYLOAD_BYTES = 1 << 20;

    /** This node. */
    NodeId self();

    /** The members known now, connected or not. */
    List<Member> members();

    /**
     * Asks a connected member. Fails with {@code TryOtherPeerException} when it is not connected,
     * closes, or does not answer in time, with {@code NeverException} when it refuses. While its
     * channel is being replaced the question waits and is put again, so a handler may see it twice.
     *
     * @param topic names the handler there; at most 64 characters
     * @param payload at most {@link #MAX_PAYLOAD_BYTES}
     */
    CompletionStage<byte[]> request(NodeId to, String topic, byte[] payload, Duration timeout);
}
