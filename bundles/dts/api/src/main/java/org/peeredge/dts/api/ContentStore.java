// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps blobs in files and what is known of them in an index. Survives kill -9 at any moment: what
 * was reported stored is found again, what was half written is not. Methods block on disk unless
 * they say otherwise; call them from workers, never from a loop. Safe for use by many threads; an
 * interrupt never harms the index.
 */
@ProviderType
public interface ContentStore {
    /** The complete, checked blob; counts as a use for eviction. */
    Optional<StoredBlob> find(Digest digest);

    /** Whether the complete blob is here; from memory, does not block. */
    boolean has(Digest digest);

    /** Every complete blob; from memory, does not block. */
    List<BlobInfo> list();

    /** Incomplete blobs that an earlier run left, ready to be opened again. */
    List<BlobInfo> incomplete();

    /**
     * Opens an incomplete blob, or goes on with one that an earlier run left. Space for all of it
     * is reserved before this returns, evicting unpinned blobs, as the cache policy in force says,
     * when quota or disk ask for it. At most one open {@link PartialBlob} per digest.
     *
     * @throws org.peeredge.kernel.api.RetryLaterException when there is no room, with what to do
     *     about it
     * @throws IllegalStateException when it is open already or complete
     */
    PartialBlob open(Digest digest, long sizeBytes) throws IOException;

    /** Keeps the signatures known for a blob's map, so that they can be served after a restart. */
    void putMap(SignedMap map) throws IOException;

    /** The map kept for a blob, complete or not. */
    Optional<SignedMap> map(Digest digest) throws IOException;

    /** Drops a blob; running reads end well. Unknown digests are ignored. */
    void delete(Digest digest) throws IOException;

    /**
     * Marks a blob as never to be evicted (a published manifest's content), or takes the mark away.
     */
    void pin(Digest digest, boolean pinned) throws IOException;

    /**
     * Marks a complete or incomplete blob as never to leave this node. Cannot be undone but by
     * deletion.
     */
    void confine(Digest digest) throws IOException;

    /**
     * Notes what fetching a complete blob again would cost, for the cache policy; from memory, does
     * not block. Untold, a blob counts as coming from afar. Unknown digests are ignored.
     *
     * @param cost see {@link org.peeredge.dts.api.cache.RefetchCost}
     */
    default void refetchCost(Digest digest, long cost) {}

    /**
     * Small durable values of other components, such as tags; kept in the index, not evicted.
     *
     * @param table 1 to 64 characters, the component's bundle name
     */
    Records records(String table);

    /**
     * Reads every complete blob again and compares its digest; drops what is damaged, rebuilds lost
     * index entries, and removes files that belong to nothing.
     *
     * @param progress called with bytes read so far
     */
    CheckReport check(Consumer<Long> progress) throws IOException;

    /** Space now; from memory, does not block. */
    Usage usage();

    /**
     * One blob.
     *
     * @param pinned never evicted
     * @param confined never leaves this node
     */
    record BlobInfo(Digest digest, long sizeBytes, boolean pinned, boolean confined) {}

    /**
     * Bytes in complete blobs, reserved for incomplete ones, allowed by quota, and free on disk.
     */
    record Usage(long storedBytes, long reservedBytes, long quotaBytes, long diskFreeBytes) {}

    /** What a check found. */
    record CheckReport(
            int blobs, long bytes, List<Digest> damaged, int reindexed, int strayFiles) {}
}
