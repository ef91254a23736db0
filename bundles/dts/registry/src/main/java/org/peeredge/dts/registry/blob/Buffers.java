// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.blob;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.peeredge.dts.api.Pieces;

/** Direct buffers of one piece, used again by the next request. Safe for use by many threads. */
final class Buffers {
    private final ArrayBlockingQueue<ByteBuffer> idle;

    /** Keeps at most {@code maxIdle} that nobody uses. */
    Buffers(int maxIdle) {
        this.idle = new ArrayBlockingQueue<>(maxIdle);
    }

    ByteBuffer take() {
        ByteBuffer old = idle.poll();
        return old != null ? old.clear() : ByteBuffer.allocateDirect(Pieces.MAX_PIECE_BYTES);
    }

    /**
     * Gives one back that nobody writes to any more; beyond the limit it is left to the collector.
     */
    void give(ByteBuffer buffer) {
        boolean kept = idle.offer(buffer);
        assert kept || idle.remainingCapacity() == 0;
    }
}
