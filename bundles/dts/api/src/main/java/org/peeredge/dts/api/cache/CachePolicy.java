// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.cache;

import java.util.List;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ConsumerType;
import org.peeredge.dts.api.Digest;

/**
 * Decides which blobs go when room is needed: a state machine that is told what happens and asked
 * what to drop. The store does the dropping.
 *
 * <p>Called by one thread at a time, which the store keeps for it; must return within the
 * configured time (1 s unless changed) and may compute but not block. The same calls give the same
 * answers: no clock, no randomness, no thread, file or socket. Its memory is bounded: some 100
 * bytes for each blob that is there, and a fixed amount for what it remembers of others. One that
 * throws, or does not return, is tripped off and named, and the store drops what was not used for
 * longest.
 */
@ConsumerType
public interface CachePolicy {
    /**
     * A blob takes room from now on. It was fetched just now because somebody asked for it ({@code
     * uses} is 1), or it was here before this policy came; then these calls come first, in the
     * order of last use. A digest that is here already changes its facts: its size, its cost.
     */
    void stored(CachedBlob blob);

    /**
     * A blob that is here was asked for. The store counts what belongs together (the requests of
     * one pull) as one. Unknown digests are ignored.
     *
     * @param nowMillis since the epoch; may stand still or go back
     */
    void used(Digest digest, long nowMillis);

    /** A blob takes no room any more, or may not be dropped now. Unknown digests are ignored. */
    void removed(Digest digest);

    /**
     * Whether a blob that is not here would be worth its room, dropping what has to go for it.
     * Asked before something is fetched that nobody waits for; what a client waits for is stored in
     * any case, since it is served out of the store. Changes nothing.
     */
    default boolean admits(CachedBlob candidate) {
        return true;
    }

    /**
     * What to drop for {@code bytes} of room, the least worth first; changes nothing, for what is
     * dropped is told by {@link #removed}. All that are evictable when these are not enough.
     *
     * @param bytes at least 1
     * @param evictable says of a blob that is here whether it may be dropped now: it is not pinned,
     *     and nobody reads it. Others must not be in the answer
     */
    List<Digest> victims(long bytes, Predicate<Digest> evictable);
}
