// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.HashMap;
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
     * @param usual the code that it is warmed up with
     * @param lost how many source symbols are restored in each turn
     * @param properties the service's, beside its type
     * @param make makes the codec; may take the time it needs
     */
    public static WarmService<CodecProvider> service(
            BundleContext context,
            Threads threads,
            Clock clock,
            CodecId usual,
            int lost,
            Map<String, ?> properties,
            WarmService.Warm<CodecProvider> make) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put(PluginSlots.TYPE, usual.type());
        return new WarmService<>(
                context,
                threads,
                CodecProvider.class,
                all,
                () -> warm(make.make(), usual, lost, clock));
    }

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
                    Double.MAX_VALUE,
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
