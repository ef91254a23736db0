// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

/**
 * What can be set for a memory channel.
 *
 * @param port where the node listens in the {@link MemoryNetwork}, 1 to 65535; 0 for the next free
 *     one
 * @param maxFrameBytes the largest frame, at least 1,024
 * @param highWaterBytes queued bytes from which on a channel is not writable; at half of that it is
 *     again
 * @param maxQueuedBytes queued bytes from which on frames are refused
 * @param maxChannels the most channels that one node has open
 */
public record MemorySettings(
        int port, int maxFrameBytes, int highWaterBytes, int maxQueuedBytes, int maxChannels) {
    /** A frame of one piece and its header, with room to spare. */
    public static final int DEFAULT_FRAME_BYTES = (1 << 20) + 4096;

    /** What holds when nothing is configured. */
    public static MemorySettings defaults() {
        return new MemorySettings(0, DEFAULT_FRAME_BYTES, 4 << 20, 256 << 20, 1024);
    }
}
