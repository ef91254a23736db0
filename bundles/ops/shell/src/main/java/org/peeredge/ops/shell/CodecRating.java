// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecSpeed;
import org.peeredge.dts.api.codec.CodecTrial;
import org.peeredge.kernel.api.Clock;

/** How fast a codec is here: the best of some batches, so that what runs beside counts least. */
final class CodecRating {
    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int BATCHES = 12;

    private final CodecProvider codec;
    private final Clock clock;

    CodecRating(CodecProvider codec, Clock clock) {
        this.codec = codec;
        this.clock = clock;
    }

    /** The code of that shape, rateless where the codec knows no other; empty when it has none. */
    Optional<CodecId> id(int sourceSymbols, int repairSymbols, int symbolBytes) {
        for (int m : new int[] {repairSymbols, -1}) {
            CodecId id = new CodecId(codec.type(), sourceSymbols, m, symbolBytes);
            try {
                codec.check(id);
                return Optional.of(id);
            } catch (IllegalArgumentException e) {
                // Not this one.
            }
        }
        return Optional.empty();
    }

    /** As operators read it: millions of bytes. */
    static long megabytes(long bytes) {
        return Math.round(bytes / 1e6);
    }

    /**
     * Measures.
     *
     * @param lost how many source symbols are restored, of as many repair symbols
     * @throws InterruptedException when the operator wants no more of it
     */
    CodecSpeed measure(CodecId id, int lost) throws InterruptedException {
        try (CodecTrial trial = new CodecTrial(codec, id, lost)) {
            CodecSpeed speed =
                    new CodecSpeed(
                            bytesPerSecond(trial.blockBytes(), trial::encode),
                            bytesPerSecond(trial.blockBytes(), trial::decode));
            if (!trial.right()) {
                throw new IllegalStateException(
                        "codec " + id + " computes wrongly on this machine: uninstall it");
            }
            return speed;
        }
    }

    private long bytesPerSecond(int bytes, Runnable turn) throws InterruptedException {
        double best = Double.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            if (Thread.interrupted()) {
                throw new InterruptedException("stopped while measuring");
            }
            long from = clock.nanos();
            long now = from;
            int turns = 0;
            while (now - from < BATCH_NANOS) {
                turn.run();
                turns++;
                now = clock.nanos();
            }
            best = Math.min(best, (double) (now - from) / turns);
        }
        return Math.max(1, Math.round(bytes * 1e9 / best));
    }
}
