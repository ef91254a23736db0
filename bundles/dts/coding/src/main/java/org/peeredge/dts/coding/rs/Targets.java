// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The memory of direct buffers that symbols were written to lately. A segment made for each call
 * costs nothing only as long as C2 inlines {@code MemorySegment.ofBuffer}, which it does not once
 * other code of the JVM has had that compiled by itself. Here it is made when a buffer is first
 * seen, and again after a collection: nothing but a weak reference holds it, so that no buffer is
 * kept. Safe for use by many threads.
 */
final class Targets {
    /** Callers have a pool of a few buffers. Two that share a place cost what they cost before. */
    private static final int PLACES = 64;

    private record Target(ByteBuffer buffer, MemorySegment memory) {
        @SuppressWarnings("ReferenceEquality") // equal buffers have equal bytes, elsewhere
        boolean isOf(ByteBuffer direct) {
            return buffer == direct;
        }
    }

    private final AtomicReferenceArray<@Nullable WeakReference<Target>> places =
            new AtomicReferenceArray<>(PLACES);

    /** All of a direct buffer's memory, from its index 0 on, whatever its position and limit. */
    MemorySegment memory(ByteBuffer direct) {
        int place = System.identityHashCode(direct) & PLACES - 1;
        WeakReference<Target> known = places.get(place);
        Target target = known == null ? null : known.get();
        if (target == null || !target.isOf(direct)) {
            target = new Target(direct, MemorySegment.ofBuffer(direct.duplicate().clear()));
            places.set(place, new WeakReference<>(target));
        }
        return target.memory;
    }
}
