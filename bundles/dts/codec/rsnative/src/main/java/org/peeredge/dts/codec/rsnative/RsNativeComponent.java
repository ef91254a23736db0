// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.coding.CodecWarmUp;
import org.peeredge.dts.coding.WarmService;
import org.peeredge.dts.coding.rs.CauchyCodec;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the codec once its library is loaded, right and warm, before that in Java: the same type
 * and bytes, faster. Where the library cannot be had, the codec in Java is what there is.
 */
@Component(
        immediate = true,
        service = {})
public final class RsNativeComponent {
    private static final Logger LOG = LoggerFactory.getLogger(RsNativeComponent.class);
    private static final CodecId USUAL = new CodecId(CauchyCodec.TYPE, 10, 4, 16 * 1024);

    /** Above that of the codec in Java, which has none. */
    private static final int RANKING = 100;

    private final WarmService<CodecProvider> service;
    private @Nullable NativeKernel kernel;
    private boolean stopped;

    /** Begins to load and warm up. */
    @Activate
    public RsNativeComponent(
            BundleContext context, @Reference Threads threads, @Reference Clock clock) {
        service =
                new WarmService<>(
                        context,
                        threads,
                        CodecProvider.class,
                        Map.of(
                                "peeredge.type",
                                CauchyCodec.TYPE,
                                Constants.SERVICE_RANKING,
                                RANKING),
                        () -> warm(clock));
    }

    private CodecProvider warm(Clock clock) {
        NativeKernel opened = NativeKernel.open();
        keep(opened);
        CodecProvider codec = new CauchyCodec(opened);
        try (CodecWarmUp warmUp = new CodecWarmUp(codec, USUAL, USUAL.repairSymbols())) {
            warmUp.run(clock);
        }
        LOG.info("codec rs computes by kernel {}", opened.name());
        return codec;
    }

    private synchronized void keep(NativeKernel opened) {
        if (stopped) {
            opened.close();
        } else {
            kernel = opened;
        }
    }

    /** Takes it away, and unloads the library when those who used it are done. */
    @Deactivate
    public void deactivate() {
        service.close();
        synchronized (this) {
            stopped = true;
            if (kernel != null) {
                kernel.close();
                kernel = null;
            }
        }
    }
}
