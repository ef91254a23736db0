// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Pieces;
import org.peeredge.dts.api.cache.CachedBlob;

/**
 * An incomplete blob as the store sees it; guarded by the store's lock, but for what is volatile.
 *
 * <p>{@code writtenBytes} is what it takes on disk: while it is open it holds room for all of its
 * size, while it is not only for what is written.
 */
final class PartialEntry {
    final Digest digest;
    final long sizeBytes;
    final long changedMillis;
    final AtomicLong writtenBytes;
    volatile @Nullable FilePartialBlob open;

    /** Whether policies know it: from its first closing on, also while it is open again. */
    boolean told;

    PartialEntry(Digest digest, long sizeBytes, long changedMillis, BitSet pieces) {
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.changedMillis = changedMillis;
        this.writtenBytes = new AtomicLong(bytes(sizeBytes, pieces));
    }

    /** Bytes in {@code pieces}. */
    static long bytes(long sizeBytes, BitSet pieces) {
        int last = pieces.length() - 1;
        return last < 0
                ? 0
                : (long) (pieces.cardinality() - 1) * Pieces.bytes(sizeBytes)
                        + Pieces.length(sizeBytes, last);
    }

    long reservedBytes() {
        return open == null ? writtenBytes.get() : sizeBytes;
    }

    long unwrittenBytes() {
        return open == null ? 0 : sizeBytes - writtenBytes.get();
    }

    /** What policies are told of it while it is not open: fetching on is spared what is written. */
    CachedBlob facts() {
        return Use.first(changedMillis).facts(digest, writtenBytes.get());
    }
}
