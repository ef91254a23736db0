// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.util.Json;

/**
 * Questions about tags and their answers, between members (topic {@value #TOPIC}): CBOR maps with a
 * version. A question without {@code tag} asks for the names of all tags. Unknown entries are
 * ignored, so that later versions can add some.
 */
final class TagMessages {
    /** The topic in the mesh. */
    static final String TOPIC = "dts.registry.resolve";

    private static final int VERSION = 1;

    /** No more names are sent or read. */
    static final int MAX_NAMES = 2000;

    /** A question. */
    record Question(UpstreamRef repo, Optional<String> tag) {}

    /**
     * An answer.
     *
     * @param published the tag as published in the mesh
     * @param seen the tag as seen at its upstream; its time counts back from the answer, since
     *     clocks differ
     */
    record Reply(Optional<Tag> published, Optional<Tag> seen, List<String> names) {}

    private TagMessages() {}

    static byte[] write(Question question) {
        ObjectNode tree =
                Json.object()
                        .put("v", VERSION)
                        .put("registry", question.repo().registry())
                        .put("repository", question.repo().repository());
        question.tag().ifPresent(tag -> tree.put("tag", tag));
        return Json.writeCbor(tree);
    }

    /** Reads what a member sent; {@code IOException} for anything but a good question. */
    static Question readQuestion(byte[] payload) throws IOException {
        JsonNode tree = versioned(payload);
        Optional<String> registry = Repository.registry(tree.path("registry").asText(""));
        String repository = tree.path("repository").asText("");
        if (registry.isEmpty() || !Repository.isName(repository)) {
            throw new IOException("no repository");
        }
        JsonNode tag = tree.path("tag");
        if (!tag.isMissingNode() && !Repository.isTag(tag.asText(""))) {
            throw new IOException("no tag");
        }
        return new Question(
                new UpstreamRef(registry.get(), repository),
                tag.isMissingNode() ? Optional.empty() : Optional.of(tag.asText()));
    }

    static byte[] write(Reply reply, long nowMillis) {
        ObjectNode tree = Json.object().put("v", VERSION);
        reply.published().ifPresent(tag -> tree.set("published", tag.toTree()));
        reply.seen()
                .ifPresent(tag -> {
                    ObjectNode seen = tag.toTree();
                    seen.put("timeMillis", Math.max(0, nowMillis - tag.timeMillis()));
                    tree.set("seen", seen);
                });
        ArrayNode names = tree.putArray("names");
        reply.names().stream().limit(MAX_NAMES).forEach(names::add);
        return Json.writeCbor(tree);
    }

    /** Reads what a member sent; {@code IOException} for anything but a good answer. */
    static Reply readReply(byte[] payload, long nowMillis) throws IOException {
        JsonNode tree = versioned(payload);
        Optional<Tag> seen = Tag.fromTree(tree.path("seen"));
        List<String> names = new ArrayList<>();
        for (JsonNode name : tree.path("names")) {
            if (names.size() < MAX_NAMES && Repository.isTag(name.asText(""))) {
                names.add(name.asText());
            }
        }
        return new Reply(
                Tag.fromTree(tree.path("published")),
                seen.map(tag ->
                        new Tag(
                                tag.digest(),
                                Math.max(0, nowMillis - tag.timeMillis()),
                                tag.node())),
                names);
    }

    private static JsonNode versioned(byte[] payload) throws IOException {
        JsonNode tree = Json.readCbor(payload);
        if (tree.path("v").asInt(0) != VERSION) {
            throw new IOException("version " + tree.path("v") + ", not " + VERSION);
        }
        return tree;
    }
}
