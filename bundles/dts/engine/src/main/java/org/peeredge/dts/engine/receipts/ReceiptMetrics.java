// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.receipts;

import org.peeredge.dts.engine.wire.Verdict;
import org.peeredge.kernel.api.metrics.Counter;
import org.peeredge.kernel.api.metrics.MetricScope;

/** What is counted about receipts. */
final class ReceiptMetrics {
    private static final String PREFIX = "peeredge_dts_engine_";
    private static final String SIGNED = PREFIX + "receipts_signed_total";
    private static final String SIGNED_HELP = "Receipts that this node has signed, by its part.";
    private static final String BYTES = PREFIX + "receipts_bytes_total";
    private static final String BYTES_HELP = "Bytes in receipts that both ends have signed.";

    final Counter forks;
    final Counter bad;
    final Counter internalErrors;
    private final Counter refused;
    private final Counter asTaker;
    private final Counter asGiver;
    private final Counter received;
    private final Counter sent;
    private volatile long unsignedBytes;

    ReceiptMetrics(MetricScope scope) {
        asTaker = scope.counter(SIGNED, SIGNED_HELP, "part", "taker");
        asGiver = scope.counter(SIGNED, SIGNED_HELP, "part", "giver");
        received = scope.counter(BYTES, BYTES_HELP, "direction", "received");
        sent = scope.counter(BYTES, BYTES_HELP, "direction", "sent");
        refused =
                scope.counter(
                        PREFIX + "receipts_refused_total",
                        "Receipts that members did not countersign.");
        bad =
                scope.counter(
                        PREFIX + "receipts_bad_total",
                        "Receipts and answers whose signature is not good.");
        forks =
                scope.counter(
                        PREFIX + "receipt_forks_total",
                        "Numbers for which a member has signed two receipts.");
        internalErrors =
                scope.counter(
                        PREFIX + "internal_errors_total",
                        "Faults of the engine itself; each is in the log.");
        scope.gauge(
                PREFIX + "unsigned_bytes",
                "Bytes sent to members that have not signed for them yet.",
                () -> unsignedBytes);
    }

    void unsigned(long bytes) {
        unsignedBytes = bytes;
    }

    void answered(Verdict verdict) {
        if (verdict != Verdict.SIGNED) {
            refused.increment();
        }
    }

    void count(LedgerEvent event) {
        switch (event) {
            case LedgerEvent.Signed _ -> asTaker.increment();
            case LedgerEvent.Settled e -> received.add(e.receipt().delivery().addedBytes());
            case LedgerEvent.Countersigned e -> {
                asGiver.increment();
                sent.add(e.again() ? 0 : e.receipt().delivery().addedBytes());
            }
            default -> {
                // nothing that is counted
            }
        }
    }
}
