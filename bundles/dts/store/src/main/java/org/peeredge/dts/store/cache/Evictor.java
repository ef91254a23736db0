// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachedBlob;

/**
 * What the store tells and asks of the policy in force. Telling never blocks. Safe for use by many
 * threads.
 */
public interface Evictor {
    /**
     * The store is open: what happened before is in the catalogue.
     *
     * @param catalogue every blob that takes room and could be dropped; called on the policy's
     *     thread whenever a policy begins
     */
    void attach(long capacityBytes, Supplier<List<CachedBlob>> catalogue);

    /** The store is closed. */
    void detach();

    /** A blob takes room, or its facts changed. */
    void stored(CachedBlob blob);

    /** A blob that is here was asked for. */
    void used(CachedBlob blob);

    /** A blob takes no room any more. */
    void removed(Digest digest);

    /** A blob that is not here comes: it is fetched or pushed. */
    void missed(long sizeBytes);

    /** A blob was dropped to make room. */
    void evicted(long sizeBytes);

    /**
     * What the policy in force would drop, least worth first; perhaps too little, or nothing when
     * there is no policy or it fails: the store then goes on with what was not used for longest.
     * Waits for the policy: for its turn and its answer as long as is configured, and no more than
     * twice as long together when its turn came late.
     *
     * @param evictable called on another thread while this one waits
     */
    List<Digest> victims(long bytes, Predicate<Digest> evictable);
}
