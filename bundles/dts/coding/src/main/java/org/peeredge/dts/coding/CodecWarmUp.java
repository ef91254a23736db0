// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecTrial;
import org.peeredge.kernel.api.Clock;

/** Warms up a codec on the calling thread. */
public final class CodecWarmUp {
    private CodecWarmUp() {}

    /**
     * Codes a block until that gets no faster.
     *
     * @param lost how many source symbols are restored in each turn
     * @return the codec, warm
     * @throws IllegalStateException when it computes wrongly
     * @throws InterruptedException when the thread was interrupted
     */
    public static CodecProvider warm(CodecProvider codec, CodecId id, int lost, Clock clock)
            throws InterruptedException {
        try (CodecTrial trial = new CodecTrial(codec, id, lost)) {
            WarmUp.run(
                    clock,
                    () -> {
                        trial.encode();
                        trial.decode();
                    });
            trial.decode();
            if (!trial.right()) {
                throw new IllegalStateException(
                        "codec " + id + " computes wrongly on this machine");
            }
        }
        return codec;
    }
}
