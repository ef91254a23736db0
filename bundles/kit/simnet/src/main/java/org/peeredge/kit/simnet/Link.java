// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.simnet;

/**
 * A node's link. Control and bulk of two nodes share one connection.
 *
 * @param upBitsPerSecond rate out; 0 for unlimited
 * @param downBitsPerSecond rate in; 0 for unlimited
 * @param delayNanos one way, from this node to the middle of the network
 * @param queueBytes bulk waiting to go out, at most
 * @param chunkBytes what one peer gets before the next one's turn
 */
public record Link(
        long upBitsPerSecond,
        long downBitsPerSecond,
        long delayNanos,
        long queueBytes,
        int chunkBytes) {
    /** Checks the bounds. */
    public Link {
        if (upBitsPerSecond < 0
                || downBitsPerSecond < 0
                || delayNanos < 0
                || queueBytes < 1
                || chunkBytes < 1) {
            throw new IllegalArgumentException("a link's figure is negative or zero");
        }
    }

    /** The same rate both ways, 64 MiB of queue, chunks of 16 KiB. */
    public static Link of(long bitsPerSecond, long delayNanos) {
        return new Link(bitsPerSecond, bitsPerSecond, delayNanos, 64L << 20, 16 * 1024);
    }
}
