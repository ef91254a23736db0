// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.dts.api.cache.RefetchCost;

/**
 * How a blob was used. A pull reads a blob piece by piece, and so do members: what comes within
 * {@value #PAUSE_MILLIS} ms of the last reading is the same use, up to {@value #LONGEST_MILLIS} ms.
 *
 * @param storedMillis when it came, since the epoch
 * @param lastMillis when it was read last
 * @param countedMillis when {@code count} last grew
 * @param count uses, its first fetch included
 * @param refetchCost see {@link RefetchCost}; 0 when nobody told
 */
record Use(long storedMillis, long lastMillis, long countedMillis, int count, long refetchCost) {
    static final long PAUSE_MILLIS = 30_000;
    static final long LONGEST_MILLIS = 300_000;

    private static final int BYTES = 4 * Long.BYTES + Integer.BYTES;

    /** What came at a time and was not used since. */
    static Use first(long atMillis) {
        return new Use(atMillis, atMillis, atMillis, 1, 0);
    }

    /** What was used again; a clock that was put back is followed. */
    Use again(long atMillis) {
        boolean another =
                Math.abs(atMillis - lastMillis) > PAUSE_MILLIS
                        || Math.abs(atMillis - countedMillis) > LONGEST_MILLIS;
        return another
                ? new Use(
                        storedMillis,
                        atMillis,
                        atMillis,
                        count == Integer.MAX_VALUE ? count : count + 1,
                        refetchCost)
                : new Use(storedMillis, atMillis, countedMillis, count, refetchCost);
    }

    Use costing(long cost) {
        return new Use(storedMillis, lastMillis, countedMillis, count, Math.max(1, cost));
    }

    CachedBlob facts(Digest digest, long sizeBytes) {
        return new CachedBlob(
                digest,
                sizeBytes,
                refetchCost > 0 ? refetchCost : RefetchCost.far(sizeBytes),
                count,
                storedMillis,
                lastMillis);
    }

    byte[] write() {
        return ByteBuffer.allocate(BYTES)
                .putLong(lastMillis)
                .putLong(storedMillis)
                .putLong(countedMillis)
                .putLong(refetchCost)
                .putInt(count)
                .array();
    }

    /** Reads what was written, also the time alone that earlier versions wrote. */
    static Optional<Use> read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length == Long.BYTES) {
            return Optional.of(first(in.getLong()));
        }
        if (bytes.length != BYTES) {
            return Optional.empty();
        }
        long last = in.getLong();
        long stored = in.getLong();
        long counted = in.getLong();
        long cost = in.getLong();
        return Optional.of(
                new Use(stored, last, counted, Math.max(1, in.getInt()), Math.max(0, cost)));
    }
}
