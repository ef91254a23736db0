// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.discovery;

import java.time.Duration;

/**
 * How long things hold and how often they are said.
 *
 * @param lease how long a tracker's word holds for its members; renewed at a third of it
 * @param claim how long a node without a tracker waits before it takes the part, if it is the first
 *     in rank; those behind it wait a second longer each
 * @param news how often at most a tracker tells others that its members hold more
 * @param refresh how often a tracker tells all others that it is there, at least
 * @param search how long a search may take
 * @param links to other trackers that a tracker seeks
 * @param kin trackers of whose members it keeps what they hold: of more it keeps half
 */
public record DiscoverySettings(
        Duration lease,
        Duration claim,
        Duration news,
        Duration refresh,
        Duration search,
        int links,
        int kin) {
    /** What holds in nodes. */
    public static DiscoverySettings defaults() {
        return new DiscoverySettings(
                Duration.ofMinutes(6),
                Duration.ofSeconds(2),
                Duration.ofMinutes(1),
                Duration.ofMinutes(30),
                Duration.ofSeconds(5),
                3,
                256);
    }
}
