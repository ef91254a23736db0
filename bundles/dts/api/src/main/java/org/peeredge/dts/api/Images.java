// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;
import org.peeredge.kernel.api.NodeId;

/**
 * What images are made of, as far as this node knows: asked by those who keep whole images, told by
 * the registry, which reads manifests. Blocks on disk, never on other nodes; call it from workers.
 * Safe for use by many threads.
 */
@ProviderType
public interface Images {
    /** The names that this node has published and that stand. */
    List<Name> published() throws IOException;

    /**
     * What a name stands for on this node: published here or at a member, else as last seen at its
     * upstream.
     *
     * @param reference {@code registry/repository:tag}, or the digest of a manifest
     */
    Optional<Name> find(String reference) throws IOException;

    /**
     * A manifest and all below it that is on this node and may leave it. Empty when the manifest is
     * not here.
     */
    List<Part> content(Digest manifest) throws IOException;

    /**
     * Keeps a name that another member published, so that it outlives its publisher. Ignored when a
     * newer one is known, or when names of the teller are not believed.
     *
     * @param fromOrigin whether an origin told it
     */
    void keep(Name name, boolean fromOrigin) throws IOException;

    /**
     * Lets blobs be evicted again, but for those that something published here needs.
     *
     * @throws org.peeredge.kernel.api.RetryLaterException while something is being published
     */
    void unpin(Set<Digest> digests) throws IOException;

    /**
     * A name and what it stands for.
     *
     * @param text {@code registry/repository:tag}, or the manifest's digest
     * @param timeMillis when it was published, since the epoch; 0 for what no member published
     * @param node who published or saw it
     */
    record Name(String text, Digest manifest, long timeMillis, NodeId node) {
        /** Limits the length: names come from outside. */
        public Name {
            if (text.isEmpty() || text.length() > 700 || timeMillis < 0) {
                throw new IllegalArgumentException("name '" + text + "' at " + timeMillis);
            }
        }
    }

    /** One blob of an image. */
    record Part(Digest digest, long sizeBytes) {
        /** Checks the size. */
        public Part {
            if (sizeBytes < 0 || sizeBytes > Pieces.MAX_BLOB_BYTES) {
                throw new IllegalArgumentException("size " + sizeBytes);
            }
        }
    }
}
