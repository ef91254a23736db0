// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import org.peeredge.dts.api.Pieces;

/**
 * The bounds of the runtime.
 *
 * @param maxParkedBytes received and not yet written; beyond it reading pauses
 * @param sendBuffers pieces held for sending at once, over all peers
 * @param sendTimeout how long a member may take to take a piece; then its channel is closed
 * @param maxEncoders prepared encoders kept
 * @param codecTimeout how long a codec may keep a thread; then it is tripped off
 * @param maxAbandonedThreads threads that may be lost to codecs
 * @param maxTransfers transfers that run at once; more wait for nobody and are refused
 * @param openTimeout how long a fetch may take to find a source
 * @param availableTimeout how long members may take to say what they hold
 */
public record EngineLimits(
        long maxParkedBytes,
        int sendBuffers,
        Duration sendTimeout,
        int maxEncoders,
        Duration codecTimeout,
        int maxAbandonedThreads,
        int maxTransfers,
        Duration openTimeout,
        Duration availableTimeout) {
    /** Pieces of symbols that wait for the rest of their group, at most. */
    int symbolBuffers() {
        return (int) Math.max(8, 2 * maxParkedBytes / Pieces.MAX_PIECE_BYTES);
    }

    /** Groups that are being decoded at once, at most; each thread has one. */
    int groupBuffers() {
        return 256 + maxAbandonedThreads;
    }

    /** What a node of the edge profile uses. */
    public static EngineLimits defaults() {
        return new EngineLimits(
                32L << 20,
                32,
                Duration.ofSeconds(15),
                64,
                Duration.ofSeconds(1),
                16,
                1_000,
                Duration.ofSeconds(20),
                Duration.ofMillis(800));
    }
}
