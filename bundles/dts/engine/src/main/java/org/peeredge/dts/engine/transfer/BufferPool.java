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

    /** A cleared buffer, or none when all are in use. */
    synchronized Optional<ByteBuffer> take() {
        ByteBuffer buffer = idle.poll();
        if (buffer == null) {
            if (made == maxBuffers) {
                return Optional.empty();
            }
            made++;
            buffer = ByteBuffer.allocateDirect(bufferBytes);
        }
        return Optional.of(buffer.clear());
    }

    /** Gives a buffer back. */
    synchronized void give(ByteBuffer buffer) {
        idle.push(buffer);
    }

    /** Forgets a buffer that somebody else may still write into: another one takes its place. */
    synchronized void lose() {
        made--;
    }

    /** Whether more than half of them can be had. */
    synchronized boolean ample() {
        return idle.size() + maxBuffers - made > maxBuffers / 2;
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
