// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import java.time.Duration;
import java.util.List;

/**
 * What an operator can set; checked by the component.
 *
 * @param host the address to listen on
 * @param port the port to listen on, 0 for any free one
 * @param advertisedHosts what to tell others instead of this machine's addresses; empty: those
 * @param maxFrameBytes the largest frame, without its length
 * @param highWaterBytes queued bytes from which on a channel is not writable
 * @param maxQueuedBytes queued bytes from which on frames are refused
 * @param maxConnections the most inbound connections
 * @param maxHandshakes the most inbound connections that have not shown who they are yet
 * @param handshakeTimeout how long these may take
 */
record TcpSettings(
        String host,
        int port,
        List<String> advertisedHosts,
        int maxFrameBytes,
        int highWaterBytes,
        int maxQueuedBytes,
        int maxConnections,
        int maxHandshakes,
        Duration handshakeTimeout) {
    /** A piece group of 1 MiB and the header before it. */
    static final int DEFAULT_FRAME_BYTES = (1 << 20) + (4 << 10);
}
