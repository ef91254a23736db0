// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/**
 * The bounds of everything that grows with what members send or clients ask.
 *
 * @param transfers transfers at once
 * @param helped of these, how many an origin may begin because members asked
 * @param inflightBytes asked for and not yet written, over all members
 * @param windowBytes the most to have asked of one member at once
 * @param queuedPerPeer requests of one member waiting to be served
 * @param queued requests waiting to be served, over all members
 * @param interestsPerPeer blobs that one member may be told about
 * @param interests blobs that members may be told about
 * @param mapBytes leaves of maps kept in memory for serving
 */
public record SwarmLimits(
        int transfers,
        int helped,
        long inflightBytes,
        long windowBytes,
        int queuedPerPeer,
        int queued,
        int interestsPerPeer,
        int interests,
        long mapBytes) {
    /** What a node uses unless configured. */
    public static SwarmLimits defaults() {
        return new SwarmLimits(256, 64, 64L << 20, 16L << 20, 64, 1024, 1024, 65_536, 16L << 20);
    }

    /** Refuses bounds with which nothing would work. */
    public SwarmLimits {
        if (transfers < 1
                || helped < 0
                || inflightBytes < 1 << 20
                || windowBytes < 1
                || queuedPerPeer < 1
                || queued < 1
                || interestsPerPeer < 1
                || interests < 1
                || mapBytes < 1 << 16) {
            throw new IllegalArgumentException("a limit is too small");
        }
    }
}
