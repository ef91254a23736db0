// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;

/** What copies need of this node's store, transfers and registry. Blocks. */
interface Content {
    boolean has(Digest digest);

    /** Fetches a blob from members, in the background, to its end. */
    void fetch(Part part) throws IOException;

    /** Keeps blobs that are here from eviction. */
    void pin(Set<Digest> digests) throws IOException;

    /** Lets them go again, but for those that a publication here needs. */
    void unpin(Set<Digest> digests) throws IOException;

    /** Keeps a name that another member published. */
    void keep(Name name, boolean fromOrigin) throws IOException;

    List<Name> published() throws IOException;

    Optional<Name> find(String reference) throws IOException;

    List<Part> parts(Digest manifest) throws IOException;
}
