// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.kernel.api.NodeId;

/**
 * What a tag names.
 *
 * @param digest the manifest
 * @param timeMillis for a published tag when it was written, for an upstream's when it was seen;
 *     milliseconds since 1970. Orders writers, see {@link #ORDER}
 * @param node who wrote or saw it
 */
record Tag(Digest digest, long timeMillis, NodeId node) {
    /** The newest writer is the greatest; of two at the same time the greater node id. */
    static final Comparator<Tag> ORDER =
            Comparator.comparingLong(Tag::timeMillis).thenComparing(Tag::node);

    /** The year 9999: later times are not believed. */
    private static final long MAX_TIME_MILLIS = 253_402_300_799_000L;

    Tag {
        if (timeMillis < 0 || timeMillis > MAX_TIME_MILLIS) {
            throw new IllegalArgumentException("time " + timeMillis);
        }
    }

    ObjectNode toTree() {
        return Json.object()
                .put("digest", digest.toString())
                .put("timeMillis", timeMillis)
                .put("node", node.hex());
    }

    /** Reads a tree from outside; empty when it is missing, {@code IOException} when it is bad. */
    static Optional<Tag> fromTree(JsonNode tree) throws IOException {
        if (tree.isMissingNode() || tree.isNull()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Tag(
                            Digest.parse(tree.path("digest").asText("")),
                            tree.path("timeMillis").asLong(-1),
                            new NodeId(tree.path("node").asText(""))));
        } catch (IllegalArgumentException e) {
            throw new IOException("not a tag: " + e.getMessage(), e);
        }
    }
}
