// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/** Reads blobs from upstream registries. Called on virtual threads; blocks. */
@ProviderType
public interface Upstream {
    /** Whether this node is configured to fetch from there. Does not block. */
    boolean serves(UpstreamRef ref);

    /**
     * Opens a blob.
     *
     * @param offset first byte wanted; the answer may begin earlier when the upstream knows no
     *     ranges
     * @throws org.peeredge.kernel.api.NeverException when the upstream has no such blob or refuses
     *     us
     * @throws IOException when it cannot be reached or breaks off; trying again may help
     */
    Body open(UpstreamRef ref, Digest digest, long offset) throws IOException;

    /**
     * Opens a blob for other members: as {@link #open}, but never with this node's credentials,
     * since what came with them would have to stay here.
     */
    Body openForMembers(UpstreamRef ref, Digest digest, long offset) throws IOException;

    /**
     * Opens a part of a blob for other members, as {@link #openForMembers}. {@link Body#offset} is
     * 0 when the upstream knows no ranges.
     *
     * @param offset first byte wanted
     * @param length bytes wanted, at least 1
     */
    Body openRange(UpstreamRef ref, Digest digest, long offset, long length) throws IOException;

    /** A blob as it arrives. Every read ends within the upstream's configured timeout. */
    interface Body extends AutoCloseable {
        /** The whole blob's length. */
        long sizeBytes();

        /** Where {@link #stream} begins: the offset asked for, or 0. */
        long offset();

        /** Whether credentials were used: then the blob must stay on this node. */
        boolean confined();

        /** The bytes. */
        InputStream stream();

        @Override
        void close();
    }
}
