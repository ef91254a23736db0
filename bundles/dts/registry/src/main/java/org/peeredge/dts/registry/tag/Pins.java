// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Records;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.PeerEdgeException;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps from eviction what this node published: a manifest and all below it. When a tag of this
 * node has moved on, what no other one of its tags needs may be evicted again; it is not deleted,
 * so members and clients that still use it can go on. That is done by {@link #release} some time
 * later: a record {@code o/<digest>} remembers it over a restart. Blocks on disk. Safe for use by
 * many threads.
 */
public final class Pins {
    /** What a manifest names: blobs, and other manifests. */
    public record Named(List<Digest> blobs, List<Digest> manifests) {
        /** Copies the lists. */
        public Named {
            blobs = List.copyOf(blobs);
            manifests = List.copyOf(manifests);
        }
    }

    /** A publication under way: until it is closed nothing is released. */
    public final class Publication implements AutoCloseable {
        private Publication() {
            lock.readLock().lock();
        }

        @Override
        public void close() {
            lock.readLock().unlock();
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Pins.class);
    private static final String OLD = "o/";

    /** Old manifests looked at in one round. */
    private static final int ROUND = 1000;

    private final ContentStore store;
    private final Records records;
    private final TagTable tags;
    private final NodeId self;
    private final Function<Digest, Named> named;

    /** Blobs are pinned before their tag is written; in between, no tag seems to need them. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /**
     * Pins in {@code store}.
     *
     * @param named reads a manifest; nothing when it is not in the store; may throw {@code
     *     RetryLaterException}
     */
    public Pins(ContentStore store, NodeId self, Function<Digest, Named> named) {
        this.store = store;
        this.records = store.records(TagAnswers.RECORDS);
        this.tags = new TagTable(records);
        this.self = self;
        this.named = named;
    }

    /** Begins a publication: pin, then write the tag, then close it. */
    public Publication publication() {
        return new Publication();
    }

    /** Pins a manifest that is in the store, and what is here of all that is below it. */
    public void pin(Digest manifest) throws IOException {
        set(below(Set.of(manifest)), true);
    }

    /** A manifest and all below it, whether it is here or not. */
    Set<Digest> below(Digest manifest) {
        return below(Set.of(manifest));
    }

    /**
     * Lets blobs be evicted again, but for what tags of this node need.
     *
     * @throws RetryLaterException while something is being published
     */
    void unpin(Set<Digest> digests) throws IOException {
        if (!lock.writeLock().tryLock()) {
            throw new RetryLaterException("something is being published just now");
        }
        try {
            Set<Digest> free = new LinkedHashSet<>(digests);
            free.removeAll(below(tags.publishedBy(self)));
            set(free, false);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Notes that a tag of this node does not name {@code manifest} any more. */
    void moved(Digest manifest) {
        try {
            records.put(OLD + manifest, new byte[0]);
        } catch (PeerEdgeException e) {
            LOG.warn("{} stays pinned although its tag has moved: {}", manifest, e.getMessage());
        }
    }

    /** Unpins what moved tags left behind, unless something is being published just now. */
    public void release() {
        if (records.scan(OLD, "", 1).isEmpty() || !lock.writeLock().tryLock()) {
            return;
        }
        try {
            Set<Digest> needed = below(tags.publishedBy(self));
            for (String key : records.scan(OLD, "", ROUND).keySet()) {
                Set<Digest> old = below(Set.of(Digest.parse(key.substring(OLD.length()))));
                old.removeAll(needed);
                set(old, false);
                records.remove(key);
                LOG.debug("{} blobs of {} may be evicted", old.size(), key);
            }
        } catch (IOException | UncheckedIOException | PeerEdgeException e) {
            LOG.warn(
                    "What moved tags left behind stays pinned for now, since the store could not be"
                            + " read or written: {}",
                    e.getMessage());
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Set<Digest> below(Collection<Digest> tops) {
        Set<Digest> found = new LinkedHashSet<>(tops);
        ArrayDeque<Digest> next = new ArrayDeque<>(tops);
        while (!next.isEmpty()) {
            Named parts = named.apply(next.remove());
            found.addAll(parts.blobs());
            parts.manifests().stream().filter(found::add).forEach(next::add);
        }
        return found;
    }

    private void set(Collection<Digest> digests, boolean pinned) throws IOException {
        for (Digest digest : digests) {
            if (store.has(digest)) {
                store.pin(digest, pinned);
            }
        }
    }
}
