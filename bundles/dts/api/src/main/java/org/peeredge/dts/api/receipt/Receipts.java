// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.receipt;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;

/**
 * The receipts that this node keeps, as giver and as taker. Reads from memory; safe for use by many
 * threads. What is kept is bounded: the last receipt of each chain, and the newest ones of all
 * chains together; older ones are summed up in the totals of later ones.
 */
@ProviderType
public interface Receipts {
    /** The last receipt of each chain, newest first; empty where receipts are switched off. */
    List<Receipt> last();

    /**
     * All that is kept of what {@code giver} delivered to {@code taker}, one of them this node: by
     * epoch, then by number. For {@link ReceiptVerifier}, here or elsewhere.
     */
    List<Receipt> export(NodeId giver, NodeId taker);

    /** Takers that signed one number twice, with both entries; at most 64 are kept. */
    List<Fork> forks();
}
