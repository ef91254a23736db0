// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.discovery;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.dts.api.Digest;
import org.peeredge.kernel.api.NodeId;

/** Finds who holds a blob. Safe for use by many threads; nothing here blocks. */
@ProviderType
public interface Finder {
    /**
     * Looks for members that hold a blob and connects to some of them. Ends within some seconds and
     * does not fail; that nobody was found does not prove that nobody holds it.
     */
    CompletionStage<Found> find(Digest digest);

    /** The tracker of this node's network as this node sees it. */
    Tracker tracker();

    /**
     * The end of a search.
     *
     * @param holders connected members of whom it is said that they hold it
     * @param how who was asked: {@code tracker} or {@code neighbours}
     * @param elapsedMillis how long it took
     */
    record Found(Set<NodeId> holders, String how, long elapsedMillis) {
        /** Copies the set. */
        public Found {
            holders = Set.copyOf(holders);
        }
    }

    /**
     * What is known of trackers.
     *
     * @param node the tracker that this node reports to, itself where it is tracker; empty for none
     * @param epoch of this node's own lease, 0 where it is not tracker
     * @param members that report to this node
     * @param blobs that this node knows of them
     * @param others trackers elsewhere that it knows
     * @param changes how often this node's tracker has changed
     */
    record Tracker(
            Optional<NodeId> node, long epoch, int members, int blobs, int others, int changes) {}
}
