// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * A bounded number of direct buffers of one size. Who gets none waits until one is given back: that
 * is the bound on the memory for sending. Safe for use by many threads; the lock is held for a few
 * instructions only.
 */
final class BufferPool {
    private final int bufferBytes;
    private final int maxBuffers;
    private final ArrayDeque<ByteBuffer> idle = new ArrayDeque<>();
    private int made;

    BufferPool(int bufferBytes, int maxBuffers) {
        this.bufferBytes = bufferBytes;
        this.maxBuffers = maxBuffers;
    }

    /** So many cleared buffers, or none when there are not as many. */
    synchronized Optional<ByteBuffer[]> take(int count) {
        if (idle.size() + maxBuffers - made < count) {
            return Optional.empty();
        }
        ByteBuffer[] taken = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            ByteBuffer buffer = idle.poll();
            if (buffer == null) {
                made++;
                buffer = ByteBuffer.allocateDirect(bufferBytes);
            }
            taken[i] = buffer.clear();
        }
        return Optional.of(taken);
    }

    /** Gives buffers back. */
    synchronized void give(ByteBuffer... buffers) {
        for (ByteBuffer buffer : buffers) {
            idle.push(buffer);
        }
    }

    /** Forgets buffers that somebody else may still write into: others take their place. */
    synchronized void lose(int count) {
        made -= count;
    }

    /** Whether more than half of them can be had. */
    synchronized boolean ample() {
        return idle.size() + maxBuffers - made > maxBuffers / 2;
    }

    /** How much one of them holds. */
    int bufferBytes() {
        return bufferBytes;
    }

    /** The most buffers in use at once. */
    int maxBuffers() {
        return maxBuffers;
    }

    /** Bytes of direct memory held. */
    synchronized long heldBytes() {
        return (long) made * bufferBytes;
    }
}
