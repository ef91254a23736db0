// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;

/**
 * Copies of images on other members, made in the background and made again when their keepers are
 * gone. Safe for use by many threads.
 */
@ProviderType
public interface Replicas {
    /** The most copies that can be asked for. */
    int MAX_COPIES = 16;

    /**
     * The images whose copies this node wants, and those that it keeps for others; from memory,
     * does not block.
     */
    List<ReplicaInfo> list();

    /**
     * Wants an image that is on this node to be kept here and on other members, whoever published
     * it.
     *
     * @param reference as {@link Images#find} takes it
     * @param copies on other members, 0 to {@link #MAX_COPIES}
     * @return the copies wanted before and now; fails with {@code NeverException} when the image is
     *     not here
     */
    CompletionStage<Change> pin(String reference, int copies);

    /**
     * Ends this node's wish for copies of an image, but for what its publication here still wants;
     * where it is not this node's wish and this node is an operator, everybody's but that of owners
     * who are there. The members that keep it let go of it; those that are away hear of it later.
     *
     * @param reference as {@link Images#find} takes it
     * @return the copies wanted before, as far as known here, and now; fails with {@code
     *     NeverException} when it is another member's wish and this node is no operator
     */
    CompletionStage<Change> unpin(String reference);

    /** What was and what is. */
    record Change(int before, int after) {}

    /**
     * One image.
     *
     * @param name the first of its names, or its digest
     * @param owner the member that wants the copies
     * @param role {@code published}, {@code pinned} or {@code kept}
     * @param state {@code well}, {@code fetching}, or {@code short: why}
     * @param copies wanted on members other than the owner
     * @param keepers the members that keep one, as far as known here
     * @param leaseSeconds how long this node keeps it unless asked again, -1 for its own
     */
    record ReplicaInfo(
            String name,
            Digest manifest,
            NodeId owner,
            String role,
            String state,
            int copies,
            Set<NodeId> keepers,
            long sizeBytes,
            long leaseSeconds) {
        /** Copies the keepers. */
        public ReplicaInfo {
            keepers = Set.copyOf(keepers);
        }
    }
}
