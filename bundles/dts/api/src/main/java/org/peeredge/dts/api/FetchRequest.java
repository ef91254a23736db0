// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.util.Optional;

/**
 * Content wanted.
 *
 * @param digest its name
 * @param sizeBytes its length where known (a manifest says), else -1
 * @param upstream where to get it when no member has it; empty: from members only
 * @param urgency whether somebody waits for it
 */
public record FetchRequest(
        Digest digest, long sizeBytes, Optional<UpstreamRef> upstream, Urgency urgency) {
    /** Whether somebody waits for content. */
    public enum Urgency {
        /** A client waits. */
        FOREGROUND,
        /**
         * Nobody waits: fetched ahead, or for keeping. Goes on only while no transfer of this node
         * that somebody waits for does, and where links are not paid by volume.
         */
        BACKGROUND
    }

    /** Checks the size. */
    public FetchRequest {
        if (sizeBytes < -1 || sizeBytes > Pieces.MAX_BLOB_BYTES) {
            throw new IllegalArgumentException("size " + sizeBytes);
        }
    }

    /** Somebody waits for it. */
    public FetchRequest(Digest digest, long sizeBytes, Optional<UpstreamRef> upstream) {
        this(digest, sizeBytes, upstream, Urgency.FOREGROUND);
    }
}
