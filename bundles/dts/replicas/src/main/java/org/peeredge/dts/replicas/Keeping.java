// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.kernel.api.PeerEdgeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what the ledger says with this node's store: fetches what is missing, one blob at a time;
 * pins what is here; lets go of what is not wanted any more. Blocks. One thread at a time.
 */
final class Keeping {
    private static final Logger LOG = LoggerFactory.getLogger(Keeping.class);

    private final Ledger ledger;
    private final Content content;
    private final ReplicaCounters counters;

    Keeping(Ledger ledger, Content content, ReplicaCounters counters) {
        this.ledger = ledger;
        this.content = content;
        this.counters = counters;
    }

    /** Goes through all items once. */
    void run() {
        for (Entry entry : ledger.entries()) {
            try {
                if (entry.leaving) {
                    letGo(entry);
                } else {
                    keep(entry);
                }
            } catch (IOException | PeerEdgeException e) {
                failed(entry, e);
            }
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private void letGo(Entry entry) throws IOException {
        Set<Digest> alone = ledger.aloneIn(entry);
        content.unpin(alone);
        ledger.forget(entry);
        LOG.info("copy of {} is let go: it may be evicted", entry.item.title());
    }

    private void keep(Entry entry) throws IOException {
        boolean fetched = false;
        for (Part part : entry.item.parts()) {
            if (!entry.own && !entry.leaving && !content.has(part.digest())) {
                content.fetch(part);
                content.pin(Set.of(part.digest()));
                fetched = true;
            }
        }
        // Again each time: a registry that lets go of an old tag's blobs does not know of copies.
        content.pin(new HashSet<>(entry.digests()));
        if (!entry.own) {
            for (Name name : entry.item.names()) {
                if (name.timeMillis() > 0) {
                    content.keep(name, entry.fromOrigin);
                }
            }
        }
        entry.failures = 0;
        if (fetched) {
            LOG.info("copy of {} is here ({} bytes)", entry.item.title(), entry.item.sizeBytes());
        }
    }

    private void failed(Entry entry, Exception e) {
        LOG.debug("copy of {}: not done now", entry.item.title(), e);
        if (!entry.own && !entry.leaving && ++entry.failures >= Entry.MAX_FAILURES) {
            LOG.info("copy of {} is given up: {}", entry.item.title(), e.getMessage());
            counters.givenUp.increment();
            entry.leaving = true;
        }
    }
}
