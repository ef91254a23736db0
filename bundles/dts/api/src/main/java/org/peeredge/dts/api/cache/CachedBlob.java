// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.cache;

import org.peeredge.dts.api.Digest;

/**
 * What is known of a blob that takes room and could be dropped.
 *
 * @param digest its name
 * @param sizeBytes the room that it takes, at least 0
 * @param refetchCost what fetching it again would cost, see {@link RefetchCost}; at least 1
 * @param uses how often it was asked for, its first fetch included; at least 1
 * @param storedMillis when it came, since the epoch
 * @param usedMillis when it was asked for last, since the epoch
 */
public record CachedBlob(
        Digest digest,
        long sizeBytes,
        long refetchCost,
        int uses,
        long storedMillis,
        long usedMillis) {
    /** Checks the bounds. */
    public CachedBlob {
        if (sizeBytes < 0 || refetchCost < 1 || uses < 1) {
            throw new IllegalArgumentException(
                    "size " + sizeBytes + ", cost " + refetchCost + ", uses " + uses);
        }
    }
}
