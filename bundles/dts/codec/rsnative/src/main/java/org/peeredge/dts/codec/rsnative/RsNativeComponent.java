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
                CodecWarmUp.service(
                        context,
                        threads,
                        clock,
                        CauchyCodec.USUAL,
                        Map.of(Constants.SERVICE_RANKING, RANKING),
                        () -> new CauchyCodec(open()));
    }

    private NativeKernel open() throws InterruptedException {
        NativeKernel opened = NativeKernel.open();
        synchronized (this) {
            if (!stopped) {
                LOG.info("codec rs computes by kernel {}", opened.name());
                kernel = opened;
                return opened;
            }
        }
        opened.close();
        throw new InterruptedException("stopped while the library was loaded");
    }

    /** Takes it away, and unloads the library when those who used it are done. */
    @Deactivate
    public void deactivate() {
        service.close();
        NativeKernel opened;
        synchronized (this) {
            stopped = true;
            opened = kernel;
            kernel = null;
        }
        if (opened != null) {
            opened.close();
        }
    }
}
