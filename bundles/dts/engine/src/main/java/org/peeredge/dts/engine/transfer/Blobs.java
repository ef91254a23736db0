// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PartialBlob;
import org.peeredge.dts.api.StoredBlob;
import org.peeredge.kernel.api.TryOtherPeerException;

/**
 * The blobs that transfers work on: incomplete ones held open here, complete ones in the store. All
 * methods that read or write block on disk and are for workers; those that open, reset, complete or
 * close are called for one blob at a time, in order ({@link InOrder}).
 */
final class Blobs {
    private final ContentStore store;
    private final Map<Digest, PartialBlob> partials = new ConcurrentHashMap<>();

    Blobs(ContentStore store) {
        this.store = store;
    }

    ContentStore store() {
        return store;
    }

    /** Opens the incomplete blob, or gives the one that is open if it has that size. */
    PartialBlob open(Digest digest, long sizeBytes) throws IOException {
        PartialBlob open = partials.get(digest);
        if (open != null && open.sizeBytes() == sizeBytes) {
            return open;
        }
        close(digest);
        PartialBlob opened = store.open(digest, sizeBytes);
        partials.put(digest, opened);
        return opened;
    }

    /** The open incomplete blob. */
    Optional<PartialBlob> partial(Digest digest) {
        return Optional.ofNullable(partials.get(digest));
    }

    /** Makes the blob complete. */
    void complete(Digest digest) throws IOException {
        PartialBlob partial = partials.get(digest);
        if (partial != null) {
            // Readers may hold the partial at this moment: they find it closed and turn to the
            // store.
            partial.complete();
            partials.remove(digest, partial);
        }
    }

    /** Forgets every piece of an incomplete blob. */
    void reset(Digest digest) throws IOException {
        PartialBlob partial = partials.get(digest);
        if (partial != null) {
            BitSet all = partial.have();
            partial.forget(all);
        }
    }

    /** Lets go of an incomplete blob; what was written stays on disk. */
    void close(Digest digest) {
        PartialBlob partial = partials.remove(digest);
        if (partial != null) {
            partial.close();
        }
    }

    /** Lets go of all. */
    void closeAll() {
        partials.keySet().forEach(this::close);
    }

    /** Length of a blob, complete or not; empty when it is not here. */
    Optional<Long> size(Digest digest) {
        Optional<Long> partial = partial(digest).map(PartialBlob::sizeBytes);
        if (partial.isPresent()) {
            return partial;
        }
        try (StoredBlob stored = store.find(digest).orElse(null)) {
            return Optional.ofNullable(stored).map(s -> s.info().sizeBytes());
        }
    }

    /**
     * Reads from whichever form the blob has now.
     *
     * @return bytes read; 0 where the piece has not come yet, or at the end
     * @throws TryOtherPeerException when it is not here
     */
    @SuppressWarnings("ReferenceEquality") // this very partial, not one like it
    int read(Digest digest, long offset, ByteBuffer into) throws IOException {
        PartialBlob partial = partials.get(digest);
        if (partial != null) {
            try {
                return partial.read(offset, into);
            } catch (IllegalStateException e) {
                if (partials.get(digest) == partial && !store.has(digest)) {
                    return 0;
                }
                // Completed between the look-up and the read: the store has it now, or nobody.
            }
        }
        Optional<StoredBlob> stored = store.find(digest);
        if (stored.isEmpty()) {
            throw new TryOtherPeerException("blob " + digest + " is not here (any more)");
        }
        try (StoredBlob blob = stored.get()) {
            return blob.read(offset, into);
        }
    }
}
