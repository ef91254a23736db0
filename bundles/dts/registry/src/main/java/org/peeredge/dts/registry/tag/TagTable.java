// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Records;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.util.Json;
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
        if (value.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Tag.fromTree(Json.read(value.get()));
        } catch (IOException e) {
            LOG.warn("Dropping a damaged tag record {}; push or pull it again", key, e);
            records.remove(key);
            return Optional.empty();
        }
    }

    /** Keeps {@code value} unless what is kept is newer. */
    synchronized void offer(Kind kind, UpstreamRef repo, String tag, Tag value) {
        Optional<Tag> kept = get(kind, repo, tag);
        if (kept.isEmpty() || Tag.ORDER.compare(kept.get(), value) < 0) {
            records.put(prefix(kind, repo) + tag, Json.write(value.toTree()));
        }
    }

    void remove(Kind kind, UpstreamRef repo, String tag) {
        records.remove(prefix(kind, repo) + tag);
    }

    /** Names of a repository's tags, in order, at most {@code limit}. */
    List<String> names(Kind kind, UpstreamRef repo, int limit) {
        String prefix = prefix(kind, repo);
        List<String> names = new ArrayList<>();
        String after = "";
        while (names.size() < limit) {
            Map<String, byte[]> part =
                    records.scan(prefix, after, Math.min(SCAN, limit - names.size()));
            if (part.isEmpty()) {
                break;
            }
            for (String key : part.keySet()) {
                names.add(key.substring(prefix.length()));
                after = key;
            }
        }
        return names;
    }

    /** How many tags of a kind are kept, counted no further than {@code limit}. */
    int count(Kind kind, int limit) {
        int count = 0;
        String after = "";
        while (count < limit) {
            Map<String, byte[]> part = records.scan(kind.prefix, after, SCAN);
            if (part.isEmpty()) {
                break;
            }
            count += part.size();
            for (String key : part.keySet()) {
                after = key;
            }
        }
        return count;
    }

    private static String prefix(Kind kind, UpstreamRef repo) {
        return kind.prefix + Repository.text(repo) + ":";
    }
}
