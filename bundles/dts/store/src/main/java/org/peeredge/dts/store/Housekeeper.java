// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.store.cache.Evictor;
import org.peeredge.kernel.api.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does now and then, on the index's loop, what nobody waits for: times of last use, free space. */
final class Housekeeper {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Loop loop;
    private final Catalog catalog;
    private final Marks marks;
    private final Evictor evictor;
    private final Set<Digest> usedLately = ConcurrentHashMap.newKeySet();

    Housekeeper(Loop loop, Catalog catalog, Marks marks, Evictor evictor) {
        this.loop = loop;
        this.catalog = catalog;
        this.marks = marks;
        this.evictor = evictor;
        again();
    }

    /** Notes a use in memory; tells the policy when it counts as another one. */
    void used(BlobEntry entry, long atMillis) {
        if (entry.used(atMillis)) {
            evictor.used(entry.facts());
        }
        changed(entry);
    }

    /** Notes that what is known of a blob's use has changed. */
    void changed(BlobEntry entry) {
        usedLately.add(entry.digest());
    }

    /** Writes what was noted; does not wait for it. */
    void write() {
        Map<Digest, Use> uses = new HashMap<>();
        for (Digest digest : Set.copyOf(usedLately)) {
            usedLately.remove(digest);
            BlobEntry entry = catalog.blobs.get(digest);
            if (entry != null) {
                uses.put(digest, entry.use());
            }
        }
        marks.used(uses);
    }

    private void again() {
        try {
            loop.schedule(EVERY, this::keep);
        } catch (RejectedExecutionException e) {
            LOG.trace("store: closing");
        }
    }

    private void keep() {
        write();
        try {
            catalog.lookAtDisk();
        } catch (IOException e) {
            LOG.debug("store: no answer on free space", e);
        }
        again();
    }
}
