// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api.trust;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;

/** How a node becomes a member. Always there, also on a node that is in no mesh yet. */
@ProviderType
public interface MeshSetup {
    /** This node's name, from its key; the key is made at first start. */
    NodeId node();

    /** The mesh that it belongs to, if any. */
    Optional<String> meshId();

    /**
     * Makes a new mesh with this node as authority, origin and operator.
     *
     * @throws IllegalStateException when the node already belongs to a mesh
     */
    void create();

    /**
     * Joins with a token. The future fails with {@code NeverException} for a token that is wrong,
     * used up or over, and with {@code RetryLaterException} when the authority cannot be reached.
     */
    CompletionStage<Void> join(String token);
}
