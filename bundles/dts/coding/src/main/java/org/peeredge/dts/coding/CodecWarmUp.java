// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.CodecTrial;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.peeredge.kernel.api.plugin.PluginSlots;

/** Warms up a codec on the calling thread. */
public final class CodecWarmUp {
    private CodecWarmUp() {}

    /**
     * Offers a codec as a service once it is warm.
     *
     * @param usual the codes that it is warmed up with, one at least
     * @param properties the service's, beside its type
     * @param make makes the codec; may take the time it needs
     */
    public static WarmService<CodecProvider> service(
            BundleContext context,
            Threads threads,
            Clock clock,
            List<CodecId> usual,
            Map<String, ?> properties,
            WarmService.Warm<CodecProvider> make) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put(PluginSlots.TYPE, usual.getFirst().type());
        return new WarmService<>(
                context, threads, CodecProvider.class, all, () -> warm(make.make(), usual, clock));
    }

    /**
     * Codes blocks until that gets no faster: of each code one in a steady stream, and one by an
     * encoder and a decoder that are new, as the first one is.
     *
     * @return the codec, warm
     * @throws IllegalStateException when it computes wrongly
     * @throws InterruptedException when the thread was interrupted
     */
    public static CodecProvider warm(CodecProvider codec, List<CodecId> usual, Clock clock)
            throws InterruptedException {
        for (CodecId id : usual) {
            try (CodecTrial trial = new CodecTrial(codec, id, lost(id))) {
                WarmUp.run(
                        clock,
                        Double.MAX_VALUE,
                        () -> {
                            trial.encode();
                            trial.decode();
                            trial.anew();
                        });
                if (!trial.right()) {
                    throw new IllegalStateException(
                            "codec " + id + " computes wrongly on this machine");
                }
            }
        }
        return codec;
    }

    /** As many as can be made up for, or as are often lost. */
    private static int lost(CodecId id) {
        return id.repairSymbols() < 0 ? Math.ceilDiv(id.sourceSymbols(), 4) : id.repairSymbols();
    }
}
