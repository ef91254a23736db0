// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.util.Optional;

/**
 * Content wanted.
 *
 * @param digest its name
 * @param sizeBytes its length where known (a manifest says), else -1
 * @param upstream where to get it when no member has it; empty: from members only
 */
public record FetchRequest(Digest digest, long sizeBytes, Optional<UpstreamRef> upstream) {
    /** Checks the size. */
    public FetchRequest {
        if (sizeBytes < -1 || sizeBytes > Pieces.MAX_BLOB_BYTES) {
            throw new IllegalArgumentException("size " + sizeBytes);
        }
    }
}
