// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.util.Json;
import org.peeredge.kernel.api.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tags kept on this node, in the store's records: {@code p/<registry>/<repository>:<tag>} for
 * tags published in the mesh, {@code s/...} for tags seen at an upstream. Writes block on disk.
 * Safe for use by many threads.
 */
final class TagTable {
    /** Where a tag comes from. */
    enum Kind {
        /** Pushed to a member. */
        PUBLISHED("p/"),
        /** An upstream's. */
        SEEN("s/");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(TagTable.class);
    private static final int SCAN = 1000;

    private final Records records;

    TagTable(Records records) {
        this.records = records;
    }

    Optional<Tag> get(Kind kind, UpstreamRef repo, String tag) {
        String key = prefix(kind, repo) + tag;
        Optional<byte[]> value = records.get(key);
        return value.isEmpty() ? Optional.empty() : read(key, value.get());
    }

    private Optional<Tag> read(String key, byte[] value) {
        try {
            return Tag.fromTree(Json.read(value));
        } catch (IOException e) {
            LOG.warn("Dropping a damaged tag record {}; push or pull it again", key, e);
            records.remove(key);
            return Optional.empty();
        }
    }

    /** Keeps {@code value} unless what is kept is newer; gives what it replaced. */
    synchronized Optional<Tag> offer(Kind kind, UpstreamRef repo, String tag, Tag value) {
        Optional<Tag> kept = get(kind, repo, tag);
        if (kept.isPresent() && Tag.ORDER.compare(kept.get(), value) >= 0) {
            return Optional.empty();
        }
        records.put(prefix(kind, repo) + tag, Json.write(value.toTree()));
        return kept;
    }

    void remove(Kind kind, UpstreamRef repo, String tag) {
        records.remove(prefix(kind, repo) + tag);
    }

    /** Names of a repository's tags, in order, at most {@code limit}. */
    List<String> names(Kind kind, UpstreamRef repo, int limit) {
        String prefix = prefix(kind, repo);
        List<String> names = new ArrayList<>();
        forEach(prefix, limit, (key, value) -> names.add(key.substring(prefix.length())));
        return names;
    }

    /** The manifests that tags published by {@code node} name. */
    Set<Digest> publishedBy(NodeId node) {
        Set<Digest> found = new HashSet<>();
        forEach(
                Kind.PUBLISHED.prefix,
                Integer.MAX_VALUE,
                (key, value) ->
                        read(key, value)
                                .filter(tag -> tag.node().equals(node))
                                .ifPresent(tag -> found.add(tag.digest())));
        return found;
    }

    /** The tags published by {@code node}, by {@code registry/repository:tag}. */
    Map<String, Tag> namesBy(NodeId node) {
        Map<String, Tag> found = new TreeMap<>();
        String prefix = Kind.PUBLISHED.prefix;
        forEach(
                prefix,
                Integer.MAX_VALUE,
                (key, value) ->
                        read(key, value)
                                .filter(tag -> tag.node().equals(node))
                                .ifPresent(tag -> found.put(key.substring(prefix.length()), tag)));
        return found;
    }

    /** How many tags of a kind are kept, counted no further than {@code limit}. */
    int count(Kind kind, int limit) {
        return forEach(kind.prefix, limit, (key, value) -> {});
    }

    /** Looks at records in order, at most {@code limit}; gives how many there were. */
    private int forEach(String prefix, int limit, BiConsumer<String, byte[]> action) {
        int count = 0;
        String after = "";
        while (count < limit) {
            Map<String, byte[]> part = records.scan(prefix, after, Math.min(SCAN, limit - count));
            if (part.isEmpty()) {
                break;
            }
            count += part.size();
            for (Map.Entry<String, byte[]> one : part.entrySet()) {
                action.accept(one.getKey(), one.getValue());
                after = one.getKey();
            }
        }
        return count;
    }

    private static String prefix(Kind kind, UpstreamRef repo) {
        return kind.prefix + Repository.text(repo) + ":";
    }
}
