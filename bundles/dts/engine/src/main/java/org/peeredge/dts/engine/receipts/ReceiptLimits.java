// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import java.time.Duration;

/**
 * When receipts are made and how many are kept.
 *
 * @param enabled whether this node says that it speaks of receipts at all
 * @param entryBytes received from a member that make an entry due; at least 1 MiB, so that there is
 *     at most one signature of each end for each MiB
 * @param idle after the last byte an entry is due whatever it adds
 * @param unsignedBytes sent to a member beyond what it has signed for; beyond that it is served
 *     last
 * @param kept receipts kept for export, over all chains, beside the last of each
 */
public record ReceiptLimits(
        boolean enabled, long entryBytes, Duration idle, long unsignedBytes, int kept) {
    /** The most that an entry may wait for: a quarter of what any member lets pass unsigned. */
    public static final long MAX_ENTRY_BYTES = 32L << 20;

    private static final Duration LONGEST_GAP = Duration.ofSeconds(1);

    /** The least that a member lets pass unsigned, whatever it is told. */
    public static final long MIN_UNSIGNED_BYTES = 128L << 20;

    /** Between two entries of a chain, unless the first has {@link #MAX_ENTRY_BYTES}. */
    Duration gap() {
        return idle.compareTo(LONGEST_GAP) < 0 ? idle : LONGEST_GAP;
    }

    /** What a node uses unless configured. */
    public static ReceiptLimits defaults() {
        return new ReceiptLimits(true, 8L << 20, Duration.ofSeconds(5), 256L << 20, 2_000);
    }

    /** Refuses limits with which an honest member would be served last. */
    public ReceiptLimits {
        if (entryBytes < 1 << 20
                || entryBytes > MAX_ENTRY_BYTES
                || idle.isNegative()
                || idle.isZero()
                || unsignedBytes < MIN_UNSIGNED_BYTES
                || kept < 0) {
            throw new IllegalArgumentException("a limit of receipts is out of range");
        }
    }
}
