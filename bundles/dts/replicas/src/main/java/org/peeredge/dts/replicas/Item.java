// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.util.List;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.dts.api.Replicas;
import org.peeredge.kernel.api.NodeId;

/**
 * An image that somebody wants copies of.
 *
 * @param id what and whose
 * @param version when its owner changed the wish last, milliseconds since the epoch; of two the
 *     greater counts
 * @param copies wanted on members other than the owner
 * @param names by which it was published; kept with it
 * @param parts the manifest and all below it
 */
record Item(Id id, long version, int copies, List<Name> names, List<Part> parts) {
    /** Bounds a record of the store: 64 KiB. */
    static final int MAX_PARTS = 400;

    static final int MAX_NAMES = 8;

    /** Which wish: two members may want copies of the same image. */
    record Id(Digest manifest, NodeId owner) {
        @Override
        public String toString() {
            return manifest + "/" + owner;
        }

        /** Reads what {@link #toString} wrote. */
        static Id parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0) {
                throw new IllegalArgumentException("not an item: '" + text + "'");
            }
            return new Id(
                    Digest.parse(text.substring(0, slash)), new NodeId(text.substring(slash + 1)));
        }
    }

    Item {
        names = List.copyOf(names);
        parts = List.copyOf(parts);
        if (version < 0
                || copies < 0
                || copies > Replicas.MAX_COPIES
                || parts.isEmpty()
                || parts.size() > MAX_PARTS
                || names.size() > MAX_NAMES) {
            throw new IllegalArgumentException(
                    "version "
                            + version
                            + ", copies "
                            + copies
                            + ", parts "
                            + parts.size()
                            + ", names "
                            + names.size());
        }
    }

    long sizeBytes() {
        return parts.stream().mapToLong(Part::sizeBytes).sum();
    }

    /** For people: the first name, or the digest. */
    String title() {
        return names.isEmpty() ? id.manifest().toString() : names.getFirst().text();
    }
}
