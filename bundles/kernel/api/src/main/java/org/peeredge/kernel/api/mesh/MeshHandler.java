// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.mesh;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.peeredge.kernel.api.trust.Membership;

/**
 * Answers questions of one topic. A service with the property {@link #TOPIC}. Called on the mesh's
 * loop: must not block; return a stage for work that takes time. A failed stage is sent to the
 * asker as a refusal with its message.
 */
@ConsumerType
public interface MeshHandler {
    /** Service property: the topic. */
    String TOPIC = "peeredge.topic";

    /**
     * Answers one question.
     *
     * @param from the asker, checked; the handler decides by its roles
     * @param payload at most {@link Mesh#MAX_PAYLOAD_BYTES}, from outside: check every byte
     */
    CompletionStage<byte[]> handle(Membership from, byte[] payload);
}
