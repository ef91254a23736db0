// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.api.strategy;

import java.util.List;
import org.peeredge.kernel.api.NodeId;

/**
 * An immutable snapshot of one transfer.
 *
 * @param transfer a number that names it on this node
 * @param self this node
 * @param remainingBytes what is still missing
 * @param peers its possible sources, in no order
 */
public record TransferView(long transfer, NodeId self, long remainingBytes, List<PeerView> peers) {
    /** Copies the list. */
    public TransferView {
        peers = List.copyOf(peers);
    }
}
